using System.Collections;
using CaaStle.Engine.Journal;
using CaaStle.Storage.Relational;
using CaaStle.Storage.Sqlite;
using CaaStle.Storage.Tests.Conformance;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CaaStle.Storage.Tests.Sqlite;

public sealed class ReadingTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Ended and under way, with and without failures, and every type of entry.</summary>
    public async ValueTask InitializeAsync()
    {
        await using var store = await OpenAsync([]);
        var first = Sample.Operation("op-1", SubjectKey.Environment("orders"));
        await store.EnqueueAsync(first, Sample.Subject(first), Cancellation);
        await store.AppendAsync("op-1", [.. Sample.EveryEntry, Sample.Ended(OperationState.Succeeded)], Cancellation);
        var second = Sample.Operation("op-2", SubjectKey.Application("shop"), holds: SubjectKey.Environment("orders"));
        await store.EnqueueAsync(second, Sample.Subject(second), Cancellation);
        await store.AppendAsync(
            "op-2", [Sample.Intended("a"), Sample.Intended("b", holdsData: true, "a"), Sample.Ready("a")], Cancellation);
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    [Fact]
    public async Task What_is_read_is_what_the_framework_reads()
    {
        await using var store = await OpenAsync([]);
        await using var context = new StoreContext(SqliteStateStore.Options(new SqliteFile(folder.StorePath), []));
        var operations = await context.Operations.AsNoTracking().OrderByDescending(operation => operation.Id).ToListAsync(Cancellation);
        var objects = await context.Objects.AsNoTracking().Where(each => each.SubjectId == "id-shop").ToListAsync(Cancellation);

        Assert.Equal((2, 2), (operations.Count, objects.Count));
        Assert.Equivalent(operations, await store.ListOperationsAsync(new(), Cancellation), strict: true);
        Assert.Equivalent(
            await context.Journal.AsNoTracking().OrderBy(record => record.Position).ToListAsync(Cancellation),
            await store.ReadJournalAsync(null, 0, int.MaxValue, Cancellation),
            strict: true);
        Assert.Equivalent(objects, await store.ListObjectsAsync("id-shop", Cancellation), strict: true);
        Assert.Equivalent(
            await context.Subjects.AsNoTracking().OrderBy(subject => subject.Key).ToListAsync(Cancellation),
            new[]
            {
                await store.FindSubjectAsync(SubjectKey.Application("shop"), Cancellation),
                await store.FindSubjectAsync(SubjectKey.Environment("orders"), Cancellation),
            },
            strict: true);
    }

    [Fact]
    public async Task Opening_and_reading_do_not_start_the_framework_which_writing_does()
    {
        var framework = new StartedFramework();
        await using var store = await OpenAsync(framework);
        var orders = SubjectKey.Environment("orders");

        Assert.NotNull(await store.FindOperationAsync("op-1", Cancellation));
        Assert.NotEmpty(await store.ListOperationsAsync(new(orders), Cancellation));
        Assert.NotEmpty(await store.ReadJournalAsync("op-1", 0, 1, Cancellation));
        Assert.NotNull(await store.FindSubjectAsync(orders, Cancellation));
        Assert.NotEmpty(await store.ListSubjectsAsync(SubjectKind.Environment, Cancellation));
        Assert.NotEmpty(await store.ListObjectsAsync("id-shop", Cancellation));
        Assert.False(framework.IsAsked);

        await store.AppendAsync("op-2", [new CancelRequested("bob")], Cancellation);
        Assert.True(framework.IsAsked);
    }

    private Task<SqliteStateStore> OpenAsync(IReadOnlyList<IInterceptor> interceptors) =>
        SqliteStateStore.OpenAsync(folder.StorePath, new ManualClock(), new SeededRandom(1), interceptors, Cancellation);

    /// <summary>Is looked into when the framework is configured.</summary>
    private sealed class StartedFramework : IReadOnlyList<IInterceptor>
    {
        public bool IsAsked { get; private set; }

        public int Count => 0;

        public IInterceptor this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<IInterceptor> GetEnumerator()
        {
            IsAsked = true;
            return Enumerable.Empty<IInterceptor>().GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
