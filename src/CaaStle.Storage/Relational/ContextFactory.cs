using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace CaaStle.Storage.Relational;

/// <summary>A pool that is made at the first use: the framework's start is most of a small process's, and opening does not need it.</summary>
internal sealed class ContextFactory(Func<DbContextOptions<StoreContext>> options) : IDbContextFactory<StoreContext>
{
    private readonly Lazy<PooledDbContextFactory<StoreContext>> pool = new(() => new(options()));

    public StoreContext CreateDbContext() => pool.Value.CreateDbContext();
}
