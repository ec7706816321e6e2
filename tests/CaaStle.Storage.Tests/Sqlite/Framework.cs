using CaaStle.Storage.Relational.Model;
using Microsoft.EntityFrameworkCore;

namespace CaaStle.Storage.Tests.Sqlite;

internal static class Framework
{
    /// <summary>The store in the file as the framework sees it.</summary>
    public static StoreContext Open(string path) =>
        new(new DbContextOptionsBuilder<StoreContext>().UseSqlite($"Data Source={path};Pooling=False").Options);
}
