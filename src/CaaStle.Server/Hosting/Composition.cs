using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Server.Extensions;

namespace CaaStle.Server.Hosting;

/// <summary>What the server is put together from. Tests put in parts of their own.</summary>
internal class Composition
{
    public virtual TimeProvider Clock => TimeProvider.System;

    public virtual IRandomSource Random { get; } = new SystemRandomSource();

    /// <summary>Opens the state store, migrated. Throws <see cref="StartRefusedException"/> with what to do where it cannot be used.</summary>
    public virtual Task<IStateStore> OpenStoreAsync(ServerHome home, CancellationToken cancellationToken) =>
        Task.FromResult<IStateStore>(new UnfinishedStore());

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
        services.AddSingleton<UnfinishedEngine>();
        services.AddSingleton<IOperationService>(provider => provider.GetRequiredService<UnfinishedEngine>());
        services.AddSingleton<IOperationRunner>(provider => provider.GetRequiredService<UnfinishedEngine>());
        services.AddSingleton<IObjectReader>(provider => provider.GetRequiredService<UnfinishedEngine>());
        services.AddSingleton<IDefinitionChecker>(provider => provider.GetRequiredService<UnfinishedEngine>());
    }
}
