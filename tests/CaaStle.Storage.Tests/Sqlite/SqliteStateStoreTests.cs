using CaaStle.Engine.Ports;
using CaaStle.Storage.Sqlite;
using CaaStle.Storage.Tests.Conformance;

namespace CaaStle.Storage.Tests.Sqlite;

public sealed class SqliteStateStoreTests : StateStoreConformance
{
    private readonly TemporaryFolder folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
    }

    private protected override async Task<IStateStore> OpenAsync() =>
        await SqliteStateStore.OpenAsync(folder.StorePath, Clock, new SeededRandom(1), TestContext.Current.CancellationToken);

    private protected override long TransactionsOf(IStateStore store) => ((SqliteStateStore)store).Transactions;
}
