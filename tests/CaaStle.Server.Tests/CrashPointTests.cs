using CaaStle.Engine.Journal;
using CaaStle.Server.Hosting;
using CaaStle.Server.Tests.Fakes;
using CaaStle.Storage.Sqlite;

namespace CaaStle.Server.Tests;

public sealed class CrashPointTests : IDisposable
{
    private readonly TemporaryHome home = new();

    [Theory]
    [InlineData(2, 1, 2)]
    [InlineData(-2, 1, 1)]
    public async Task The_crash_comes_after_or_before_the_append_that_was_named(int at, int crashes, int durable)
    {
        var clock = new ManualClock();
        await using var store = await OpenAsync(clock);
        var engine = new FakeEngine(() => store, clock);
        var operation = await engine.CreateEnvironmentAsync(new("orders", "", "", false, "ada"), CancellationToken.None);
        var crashed = 0;
        var point = new CrashPoint(store, at, () =>
        {
            crashed++;
            throw new OperationCanceledException("crashed");
        });
        await point.AppendAsync(operation.Id, [new OperationStarted(false)], CancellationToken.None);
        Assert.Equal(0, crashed);
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => point.AppendAsync(operation.Id, [new CancelRequested("ada")], CancellationToken.None));
        Assert.Equal(crashes, crashed);
        Assert.Equal(durable + 1, (await store.ReadJournalAsync(operation.Id, 0, 10, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Without_a_setting_the_store_is_left_as_it_is_and_a_wrong_one_is_refused()
    {
        await using var store = await OpenAsync(new ManualClock());
        Assert.Same(store, CrashPoint.Around(store, null));
        Assert.IsType<CrashPoint>(CrashPoint.Around(store, "3"));
        Assert.Throws<StartRefusedException>(() => CrashPoint.Around(store, "soon"));
    }

    public void Dispose() => home.Dispose();

    private Task<SqliteStateStore> OpenAsync(TimeProvider clock) =>
        SqliteStateStore.OpenAsync(home.Home.StoreFile, clock, new SystemRandomSource(), TestContext.Current.CancellationToken);
}
