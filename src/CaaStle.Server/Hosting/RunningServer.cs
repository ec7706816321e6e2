using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using CaaStle.Api;
using CaaStle.Engine.Ports;
using CaaStle.Server.Diagnosis;
using CaaStle.Server.Endpoints;
using CaaStle.Server.Extensions;
using CaaStle.Server.Problems;
using CaaStle.Server.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.FileProviders;

namespace CaaStle.Server.Hosting;

/// <summary>The server from its start to its end on one home, which nobody else may work on meanwhile.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const long MaxBodyBytes = 1 << 20;
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(3);

    private readonly WebApplication app;
    private readonly IStateStore store;
    private readonly ServerHome home;

    private RunningServer(WebApplication app, IStateStore store, ServerHome home, string token, string url) =>
        (this.app, this.store, this.home, Token, Url) = (app, store, home, token, url);

    public static string Version { get; } =
        typeof(RunningServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>As <c>http://127.0.0.1:5002</c>.</summary>
    public string Url { get; }

    public string Token { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>Returns when the server listens and its address is written.</summary>
    public static async Task<RunningServer> StartAsync(ServerHome home, Composition composition, IReadOnlyDictionary<string, string?> overrides)
    {
        File.Delete(home.AddressFile);
        var configuration = Configure(home, overrides);
        var settings = ServerSettings.Read(configuration);
        home = home with { KeysFolder = settings.Keys ?? home.KeysFolder };
        var token = AccessToken.LoadOrCreate(home, composition.Random);

        // The store and the clouds take their time; so does the web server, meanwhile. Nobody knows its address yet.
        var opening = Task.Run(async () => CrashPoint.Around(
            await composition.OpenStoreAsync(home, settings, CancellationToken.None), Environment.GetEnvironmentVariable(CrashPoint.Variable)));
        var loading = Task.Run(() => composition.LoadClouds(home, configuration));
        var app = Build(home, composition, settings, token, opening, loading);
        try
        {
            await app.StartAsync();
            var url = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            await Task.WhenAll(opening, loading, WarmUp.AnswerOnceAsync(new(url), token.Text));
            Log(app, (await loading).Report);
            var address = new ServerAddress(url, Environment.ProcessId, Version);
            ServerHome.WritePrivately(home.AddressFile, JsonSerializer.Serialize(address, ApiJson.Default.ServerAddress));
            app.Services.GetRequiredService<Readiness>().Announce();
            return new(app, await opening, home, token.Text, url);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the server was asked to stop, and stopped.</summary>
    public async Task WaitForEndAsync()
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (app.Lifetime.ApplicationStopping.Register(stopping.SetResult))
        {
            await stopping.Task;
        }

        File.Delete(home.AddressFile);
        try
        {
            await app.StopAsync();
        }
        catch (Exception failure) when (failure is OperationCanceledException or AggregateException)
        {
            app.Logger.LogWarning("Not all ended in time; it is taken up at the next start.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        app.Lifetime.StopApplication();
        await WaitForEndAsync();
        await app.DisposeAsync();
        if (store is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }

    private static WebApplication Build(
        ServerHome home,
        Composition composition,
        ServerSettings settings,
        AccessToken token,
        Task<IStateStore> store,
        Task<(ICloudCatalog Catalog, ExtensionReport Report)> clouds)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(RunningServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.Logging.SetMinimumLevel(settings.LogLevel);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddProvider(new ConsoleLog());
        builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.CreateBoundListenSocket = LoopbackSocket.Bind);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(IPAddress.Loopback, settings.Port, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });

        var services = builder.Services;
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolver = ApiJson.Default;
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddRoutingCore();
        services.AddSingleton(home);
        services.AddSingleton(settings);
        services.AddSingleton(token);
        services.AddSingleton(composition.Clock);
        services.AddSingleton(composition.Random);
        services.AddSingleton(new ServerIdentity(Version, composition.Clock.GetUtcNow(), home.Path));
        services.AddSingleton(_ => store.Result);
        services.AddSingleton(_ => clouds.Result.Catalog);
        services.AddSingleton(_ => clouds.Result.Report);
        services.AddSingleton<Readiness>();
        services.AddSingleton<ISecretVault, DataProtectionVault>();
        services.AddSingleton<ContextStore>();
        services.AddSingleton<ServerCheck>();
        services.AddSingleton<AccessGuard>();
        services.AddSingleton<ProblemWriter>();
        services.AddHostedService<OperationHost>();
        composition.AddEngine(services);

        var app = builder.Build();
        app.UseMiddleware<ProblemWriter>();
        app.UseMiddleware<AccessGuard>();
        app.UseRouting();
        app.MapAll();
        return app;
    }

    private static IConfigurationRoot Configure(ServerHome home, IReadOnlyDictionary<string, string?> overrides)
    {
        try
        {
            var builder = new ConfigurationBuilder();
            if (File.Exists(home.SettingsFile))
            {
                builder.AddJsonFile(new PhysicalFileProvider(home.Path), Path.GetFileName(home.SettingsFile), optional: true, reloadOnChange: false);
            }

            return builder
                .AddEnvironmentVariables(ServerSettings.VariablePrefix)
                .AddInMemoryCollection(overrides)
                .Build();
        }
        catch (InvalidDataException failure)
        {
            throw new StartRefusedException(
                $"The settings in {home.SettingsFile} cannot be read: {failure.InnerException?.Message ?? failure.Message}", failure);
        }
    }

    private static void Log(WebApplication app, ExtensionReport report)
    {
        foreach (var failure in report.Failures)
        {
            app.Logger.LogWarning("An extension cannot be used: {Failure}", failure);
        }
    }
}
