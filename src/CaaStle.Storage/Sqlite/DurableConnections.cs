using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CaaStle.Storage.Sqlite;

/// <summary>Configures the framework's connections as all others.</summary>
internal sealed class DurableConnections : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => SqliteFile.Configure(connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        SqliteFile.Configure(connection);
        return Task.CompletedTask;
    }
}
