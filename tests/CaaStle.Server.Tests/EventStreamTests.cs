using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Server.Endpoints;

namespace CaaStle.Server.Tests;

public sealed class EventStreamTests
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, StoredValue>> NoOutputs = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operations_stream_ends_after_its_last_event()
    {
        await using var server = await TestServer.StartAsync();
        var id = await CreateAsync(server, "orders");
        var other = await CreateAsync(server, "others");
        using var answer = await OpenAsync(server, $"/operations/{id}/events");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var reading = ReadAllAsync(answer);
        await server.Store.AppendAsync(id, [new OperationStarted(false)], Token);
        await server.Store.AppendAsync(other, [new OperationStarted(false)], Token);
        await server.Store.AppendAsync(id, [new ObjectProgressed("mysql/container", "starting")], Token);
        await server.Store.AppendAsync(id, [new OperationEnded(OperationState.Succeeded, NoOutputs)], Token);
        var events = await reading;
        Assert.Equal(["operation-queued", "operation-started", "object-progressed", "operation-ended"], events.Select(item => item.Data.Type));
        Assert.All(events, item => Assert.Equal(id, item.Data.Operation));
        Assert.All(events, item => Assert.Equal(item.EventId, item.Data.Position.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal([1, 2, 3, 4], events.Select(item => item.Data.Sequence));
    }

    [Fact]
    public async Task A_stream_is_taken_up_after_the_last_event_that_came()
    {
        await using var server = await TestServer.StartAsync();
        var id = await CreateAsync(server, "orders");
        await server.Store.AppendAsync(
            id, [new OperationStarted(false), new ObjectProgressed("a", "b"), new OperationEnded(OperationState.Kept, NoOutputs)], Token);
        using var whole = await OpenAsync(server, $"/operations/{id}/events");
        var events = await ReadAllAsync(whole);
        Assert.Equal(4, events.Count);

        using var byQuery = await OpenAsync(server, $"/operations/{id}/events?after={events[1].EventId}");
        Assert.Equal(events[2..].Select(item => item.EventId), (await ReadAllAsync(byQuery)).Select(item => item.EventId));
        using var byHeader = await OpenAsync(server, $"/operations/{id}/events?after=0", lastEventId: events[2].EventId);
        Assert.Equal(events[3..].Select(item => item.EventId), (await ReadAllAsync(byHeader)).Select(item => item.EventId));
        using var atTheEnd = await OpenAsync(server, $"/operations/{id}/events?after={events[3].EventId}");
        Assert.Empty(await ReadAllAsync(atTheEnd));
    }

    [Fact]
    public async Task While_nothing_happens_comments_show_that_the_server_is_there()
    {
        await using var server = await TestServer.StartAsync();
        var id = await CreateAsync(server, "orders");
        using var answer = await OpenAsync(server, $"/operations/{id}/events");
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        Assert.StartsWith("id: ", await lines.ReadLineAsync(Token), StringComparison.Ordinal);
        Assert.StartsWith("data: ", await lines.ReadLineAsync(Token), StringComparison.Ordinal);
        Assert.Equal("", await lines.ReadLineAsync(Token));
        for (var beat = 0; beat < 2; beat++)
        {
            await server.Clock.SomethingWaitsForAsync(EventStream.Heartbeat);
            server.Clock.Advance(EventStream.Heartbeat);
            Assert.StartsWith(":", await lines.ReadLineAsync(Token), StringComparison.Ordinal);
            Assert.Equal("", await lines.ReadLineAsync(Token));
        }
    }

    [Fact]
    public async Task The_stream_of_all_operations_goes_on_after_one_ended()
    {
        await using var server = await TestServer.StartAsync();
        var first = await CreateAsync(server, "orders");
        using var answer = await OpenAsync(server, "/events");
        var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(Token)).EnumerateAsync(Token).GetAsyncEnumerator(Token);
        await server.Store.AppendAsync(first, [new OperationEnded(OperationState.Succeeded, NoOutputs)], Token);
        var second = await CreateAsync(server, "others");
        foreach (var operation in new[] { first, first, second })
        {
            Assert.True(await events.MoveNextAsync());
            Assert.Equal(operation, JsonSerializer.Deserialize(events.Current.Data, ApiJson.Default.EventView)!.Operation);
        }
    }

    [Fact]
    public async Task A_stop_ends_open_streams_at_once_and_leaves_operations_unfinished()
    {
        var server = await TestServer.StartAsync();
        var id = await CreateAsync(server, "orders");
        using var one = await OpenAsync(server, $"/operations/{id}/events");
        using var all = await OpenAsync(server, "/events");
        var (firstOfOne, firstOfAll) = (new TaskCompletionSource(), new TaskCompletionSource());
        var endOfOne = ReadAllAsync(one, firstOfOne);
        var endOfAll = ReadAllAsync(all, firstOfAll);
        await Task.WhenAll(firstOfOne.Task, firstOfAll.Task);
        using var answer = await server.Client.PostAsync("/server/stop", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await server.Running.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(5), Token);
        Assert.Single(await endOfOne);
        Assert.Single(await endOfAll);
        Assert.True(server.Engine.RunnerStopped.Task.IsCompleted);
        Assert.False(File.Exists(server.Home.AddressFile));
        Assert.False((await server.Store.FindOperationAsync(id, Token))!.IsEnded);
        await Assert.ThrowsAsync<HttpRequestException>(() => server.Client.GetAsync("/environments", Token));
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Events_carry_what_happened_and_never_specifications_states_or_values()
    {
        await using var server = await TestServer.StartAsync();
        var id = await CreateAsync(server, "orders");
        await server.Store.AppendAsync(
            id,
            [
                new OperationStarted(Resumed: true, "no space left on device"),
                new OperationPlanned([new("mysql/volume", "docker/volume", []), new("mysql/container", "docker/container", ["mysql/volume"])]),
                new ValueGenerated("mysql/password", "HUSH"),
                new ObjectIntended("mysql/volume", "docker/volume", "orders-mysql-abc123", """{"Password":"HUSH"}""", [], true),
                new ObjectReady("mysql/volume", """{"Password":"HUSH"}""", "there"),
                new ObjectLogged("mysql/container", ["one", "two"]),
                new ObjectFailed("mysql/container", "exited with code 1", ["last"]),
                new CancelRequested("ada"),
                new OperationFailing(new("object-failed", "mysql/container", "exited with code 1", ["last"])),
                new ObjectDeleting("mysql/volume"),
                new ObjectBlocked("mysql/volume", "in use"),
                new ObjectDeleted("mysql/volume"),
                new OperationEnded(OperationState.RolledBack, NoOutputs),
            ],
            Token);
        var text = await server.Client.GetStringAsync($"/operations/{id}/journal", Token);
        Assert.DoesNotContain("HUSH", text, StringComparison.Ordinal);
        var events = (IReadOnlyList<EventView>)JsonSerializer.Deserialize(text, typeof(IReadOnlyList<EventView>), ApiJson.Default)!;
        Assert.Equal(
            [
                "operation-queued  by=ada", "operation-started resumed lines=no space left on device", "operation-planned", "value-generated mysql/password",
                "object-intended mysql/volume docker/volume orders-mysql-abc123", "object-ready mysql/volume there",
                "object-logged mysql/container lines=one,two", "object-failed mysql/container exited with code 1 lines=last",
                "cancel-requested  by=ada", "operation-failing mysql/container failure=object-failed", "object-deleting mysql/volume",
                "object-blocked mysql/volume in use", "object-deleted mysql/volume", "operation-ended rolled-back",
            ],
            events.Select(Line));
        Assert.Equal(["mysql/volume"], events[2].Steps![1].DependsOn);
        Assert.Equal(["last"], events[9].Failure!.LastLog);
    }

    [Fact]
    public void Every_kind_of_journal_entry_has_a_type_that_events_can_carry()
    {
        var entries = typeof(JournalEntry).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JournalEntry))).Order(ByName.Instance);
        var marked = typeof(JournalEntry).GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false)
            .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>().Select(mark => mark.DerivedType).Order(ByName.Instance);
        Assert.Equal(entries, marked);
    }

    internal static async Task<string> CreateAsync(TestServer server, string name)
    {
        var request = new EnvironmentCreateRequest(name, "environment:", "environment.yaml");
        using var answer = await server.Client.PostAsJsonAsync("/environments", request, ApiJson.Default.EnvironmentCreateRequest, Token);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var operation = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.OperationView, Token))!;
        Assert.Equal($"/operations/{operation.Id}", answer.Headers.Location?.ToString());
        return operation.Id;
    }

    private static async Task<HttpResponseMessage> OpenAsync(TestServer server, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var answer = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }

    private static async Task<List<(string EventId, EventView Data)>> ReadAllAsync(HttpResponseMessage answer, TaskCompletionSource? first = null)
    {
        var events = new List<(string, EventView)>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(Token)).EnumerateAsync(Token))
        {
            events.Add((item.EventId!, JsonSerializer.Deserialize(item.Data, ApiJson.Default.EventView)!));
            first?.TrySetResult();
        }

        return events;
    }

    private static string Line(EventView item)
    {
        var words = new[] { item.Type, item.Key, item.Kind, item.Identity, item.Detail }.Where(word => word is not null);
        return string.Join(' ', words)
            + (item.By is null ? "" : $"  by={item.By}")
            + (item.Lines is null ? "" : $" lines={string.Join(',', item.Lines)}")
            + (item.Failure is null ? "" : $" failure={item.Failure.Code}");
    }

    private sealed class ByName : IComparer<Type>
    {
        public static readonly ByName Instance = new();

        public int Compare(Type? x, Type? y) => string.CompareOrdinal(x?.Name, y?.Name);
    }
}
