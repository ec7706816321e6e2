using CaaStle.Engine.Definitions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints;
using CaaStle.Server.Extensions;
using CaaStle.Storage;
using CaaStle.Storage.Postgres;
using CaaStle.Storage.Sqlite;

namespace CaaStle.Server.Hosting;

/// <summary>What the server is put together from. Tests put in parts of their own.</summary>
internal class Composition
{
    public virtual TimeProvider Clock => TimeProvider.System;

    public virtual IRandomSource Random { get; } = new SystemRandomSource();

    /// <summary>Opens the state store, migrated. Throws <see cref="StartRefusedException"/> with what to do where it cannot be used.</summary>
    public virtual async Task<IStateStore> OpenStoreAsync(ServerHome home, ServerSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return settings.Store is { } database
                ? await PostgresStateStore.OpenAsync(database, home.Identify(), Clock, Random, cancellationToken)
                : await SqliteStateStore.OpenAsync(home.StoreFile, Clock, Random, cancellationToken);
        }
        catch (StoreException failure)
        {
            throw new StartRefusedException(failure.Message, failure);
        }
    }

    public virtual (ICloudCatalog Catalog, ExtensionReport Report) LoadClouds(ServerHome home, IConfiguration configuration)
    {
        var loader = new ExtensionLoader(name => new(Clock, home.CloudFolder(name), ServerSettings.OfCloud(configuration, name)));
        loader.LoadShipped(AppContext.BaseDirectory);
        loader.LoadAdded(home.ExtensionsFolder);
        return (new ExtensionCatalog(loader.Clouds), loader.Report);
    }

    /// <summary>Adds the engine: it finds its ports (store, vault, catalog, clock, random source) among the services.</summary>
    public virtual void AddEngine(IServiceCollection services)
    {
        services.AddSingleton<HandlerRegistry>();
        services.AddSingleton<ObjectSerializer>();
        services.AddSingleton<DefinitionReader>();
        services.AddSingleton<Planner>();
        services.AddSingleton<IArtifactStore>(provider => provider.GetRequiredService<ContextStore>());
        services.AddSingleton<EngineServices>();
        services.AddSingleton<MemoryTrim>();
        services.AddSingleton(provider =>
        {
            var log = provider.GetRequiredService<ILogger<OperationScheduler>>();
            return new OperationScheduler(
                provider.GetRequiredService<EngineServices>(),
                (operation, failure) => log.LogError(failure, "{Operation} broke off and is taken up again.", operation))
            {
                Rested = provider.GetRequiredService<MemoryTrim>().Schedule,
            };
        });
        services.AddSingleton<IOperationRunner>(provider => provider.GetRequiredService<OperationScheduler>());
        services.AddSingleton<IOperationService, OperationService>();
        services.AddSingleton(provider =>
        {
            var log = provider.GetRequiredService<ILogger<ExpiryWatch>>();
            return new ExpiryWatch(
                provider.GetRequiredService<IStateStore>(),
                provider.GetRequiredService<IOperationService>(),
                Clock,
                (environment, failure) => log.LogWarning("{Environment} has expired and cannot be deleted yet: {Failure}", environment, failure.Message));
        });
        services.AddSingleton<RevisionReader>();
        services.AddSingleton<IBindingReader, BindingReader>();
        services.AddSingleton<IDriftReader, DriftReader>();
        services.AddSingleton<IOrphanSweep, OrphanSweep>();
        services.AddSingleton<IObjectReader, ObjectReader>();
        services.AddSingleton<IDefinitionChecker, DefinitionChecker>();
    }
}
