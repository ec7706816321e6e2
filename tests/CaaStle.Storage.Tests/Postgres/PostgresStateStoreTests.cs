using CaaStle.Engine.Ports;
using CaaStle.Storage.Postgres;
using CaaStle.Storage.Tests.Conformance;

namespace CaaStle.Storage.Tests.Postgres;

public sealed class PostgresStateStoreTests(PostgresCluster cluster) : StateStoreConformance
{
    private string? address;

    private protected override async Task<IStateStore> OpenAsync() => await PostgresStateStore.OpenAsync(
        PostgresAddress.Parse(address ??= await cluster.CreateAsync()),
        "server",
        Clock,
        new TrueRandom(),
        TimeSpan.FromHours(1),
        TestContext.Current.CancellationToken);

    private protected override long TransactionsOf(IStateStore store) => ((PostgresStateStore)store).Transactions;
}
