using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Server.Endpoints.Views;

namespace CaaStle.Server.Endpoints;

/// <summary>
/// Answers with journal entries as server-sent events, id = position. Of one operation: until its last; of all: without end. While
/// nothing happens it sends comments, which the framework's own result cannot, so that a connection that broke is noticed.
/// </summary>
internal sealed class EventStream(IStateStore store, TimeProvider clock, Operation? operation, long after) : IResult
{
    public const string ContentType = "text/event-stream";
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int Batch = 500;

    /// <param name="after">The query's position, which <c>Last-Event-ID</c> goes before: it is what a client that reconnects sends.</param>
    public static long Position(HttpRequest request, long? after) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : after ?? 0;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var ends = httpContext.EndWithServer();
        var response = httpContext.Response;
        response.ContentType = ContentType;
        try
        {
            await response.StartAsync(ends.Token);
            await response.Body.FlushAsync(ends.Token);
            await foreach (var record in ReadAsync(response, ends.Token))
            {
                await WriteAsync(response.Body, record, ends.Token);
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
        }
    }

    private async IAsyncEnumerable<JournalRecord> ReadAsync(HttpResponse response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = after;
        var isEnded = operation is { IsEnded: true };

        // Waiting is for entries of any operation, so once the past is read, entries of the others are skipped here.
        var follows = operation is null;
        while (true)
        {
            var records = await store.ReadJournalAsync(follows ? null : operation?.Id, position, Batch, cancellationToken);
            foreach (var record in records)
            {
                position = record.Position;
                if (operation is null || record.OperationId == operation.Id)
                {
                    yield return record;
                    if (operation is not null && record.Entry is OperationEnded)
                    {
                        yield break;
                    }
                }
            }

            if (records.Count == Batch)
            {
                continue;
            }

            if (isEnded)
            {
                yield break;
            }

            if (!follows)
            {
                follows = true;
                continue;
            }

            await response.Body.FlushAsync(cancellationToken);
            await WaitAsync(response, position, cancellationToken);
        }
    }

    private async Task WaitAsync(HttpResponse response, long position, CancellationToken cancellationToken)
    {
        var waiting = store.WaitForEntriesAsync(position, cancellationToken);
        while (true)
        {
            try
            {
                await waiting.WaitAsync(Heartbeat, clock, cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                await response.Body.WriteAsync(": still here\n\n"u8.ToArray(), cancellationToken);
                await response.Body.FlushAsync(cancellationToken);
            }
        }
    }

    private static async Task WriteAsync(Stream body, JournalRecord record, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(EventViews.Of(record), ApiJson.Default.EventView);
        var text = string.Create(CultureInfo.InvariantCulture, $"id: {record.Position}\ndata: {json}\n\n");
        await body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
    }
}
