using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Extensions;
using CaaStle.Server.Hosting;
using CaaStle.Server.Tests.Fakes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CaaStle.Server.Tests;

/// <summary>The server in this process, spoken to over real HTTP, with its real store, and an engine and clouds that are fakes.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly RunningServer running;
    private readonly TemporaryHome home;

    private TestServer(RunningServer running, TemporaryHome home, TestComposition composition)
    {
        (this.running, this.home) = (running, home);
        (Store, Engine, Clock) = (composition.Store!, composition.Engine, composition.ManualClock);
        Client = new HttpClient { BaseAddress = new(running.Url) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", running.Token);
    }

    public HttpClient Client { get; }

    public IStateStore Store { get; }

    public FakeEngine Engine { get; }

    public ManualClock Clock { get; }

    public RunningServer Running => running;

    public ServerHome Home => home.Home;

    public int Port => new Uri(running.Url).Port;

    public static async Task<TestServer> StartAsync(
        IReadOnlyList<ICloud>? clouds = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        IReadOnlyList<string>? extensionFailures = null,
        TemporaryHome? home = null,
        Action<IServiceCollection>? services = null)
    {
        home ??= new();
        var composition = new TestComposition(clouds ?? [], new(extensionFailures ?? []), services);
        var all = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>()) { ["LogLevel"] = "None" };
        all.TryAdd("Port", "0");
        return new(await RunningServer.StartAsync(home.Home, composition, all), home, composition);
    }

    public async Task<T> GetAsync<T>(string path) where T : class =>
        (T)(await Client.GetFromJsonAsync(path, typeof(T), ApiJson.Default, TestContext.Current.CancellationToken))!;

    /// <summary>Sends, and checks that the answer is a problem of that status and code.</summary>
    public async Task<Problem> ProblemAsync(HttpRequestMessage request, HttpStatusCode status, string code)
    {
        using var answer = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == answer.StatusCode, $"{request.Method} {request.RequestUri} answered {answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = System.Text.Json.JsonSerializer.Deserialize(text, ApiJson.Default.Problem)!;
        Assert.Equal((int)status, problem.Status);
        Assert.Equal(code, problem.Code);
        Assert.Equal($"docs/errors.md#{code}", problem.Type);
        Assert.NotEmpty(problem.Title);
        return problem;
    }

    public Task<Problem> ProblemAsync(HttpMethod method, string path, HttpStatusCode status, string code) =>
        ProblemAsync(new HttpRequestMessage(method, path), status, code);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await running.DisposeAsync();
        home.Dispose();
    }

    private sealed class TestComposition : Composition
    {
        private readonly IReadOnlyList<ICloud> clouds;
        private readonly ExtensionReport report;
        private readonly Action<IServiceCollection>? more;

        public TestComposition(IReadOnlyList<ICloud> clouds, ExtensionReport report, Action<IServiceCollection>? more)
        {
            (this.clouds, this.report, this.more) = (clouds, report, more);
            Engine = new(() => Store!, ManualClock);
        }

        public ManualClock ManualClock { get; } = new();

        /// <summary>Null until it has been opened.</summary>
        public IStateStore? Store { get; private set; }

        public FakeEngine Engine { get; }

        public override TimeProvider Clock => ManualClock;

        public override async Task<IStateStore> OpenStoreAsync(ServerHome home, ServerSettings settings, CancellationToken cancellationToken) =>
            Store = await base.OpenStoreAsync(home, settings, cancellationToken);

        public override (ICloudCatalog Catalog, ExtensionReport Report) LoadClouds(ServerHome home, IConfiguration configuration) =>
            (new ExtensionCatalog(clouds), report);

        public override void AddEngine(IServiceCollection services)
        {
            more?.Invoke(services);
            services.AddSingleton<IOperationService>(Engine);
            services.AddSingleton<IOperationRunner>(Engine);
            services.AddSingleton<IObjectReader>(Engine);
            services.AddSingleton<IDefinitionChecker>(Engine);
            services.AddSingleton<IBindingReader>(Engine);
            services.AddSingleton<IDriftReader>(Engine);
            services.AddSingleton<IOrphanSweep>(Engine);
            services.AddSingleton<ObjectSerializer>();
            services.AddSingleton<DefinitionReader>();
            services.AddSingleton<RevisionReader>();
            services.AddSingleton(provider => new ExpiryWatch(provider.GetRequiredService<IStateStore>(), Engine, TimeProvider.System, (_, _) => { }));
        }
    }
}

internal sealed class TemporaryHome : IDisposable
{
    public ServerHome Home { get; } = ServerHome.Open(Path.Combine(Path.GetTempPath(), $"server-tests-{Guid.NewGuid():N}"));

    public void Dispose() => Directory.Delete(Home.Path, recursive: true);
}
