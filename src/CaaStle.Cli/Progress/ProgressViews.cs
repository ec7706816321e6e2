using System.Text.Json;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Progress;

/// <summary>A way of showing an operation while it goes on.</summary>
internal interface IProgressView
{
    /// <summary>Shows the events until they end; each has been applied to <paramref name="progress"/> when it comes.</summary>
    Task ShowAsync(IAsyncEnumerable<EventView> events, OperationProgress progress, CancellationToken cancellationToken);
}

/// <summary>One line for each event, for logs.</summary>
internal sealed class PlainView(TextWriter output, TimeProvider clock) : IProgressView
{
    public async Task ShowAsync(IAsyncEnumerable<EventView> events, OperationProgress progress, CancellationToken cancellationToken)
    {
        var text = new EventText();
        await output.WriteLineAsync($"{progress.Operation.Id}: {progress.Operation.Action} {progress.Operation.Subject}");
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            foreach (var line in text.Lines(e))
                await output.WriteLineAsync($"{Times.Clock(e.At, clock)}  {line}");
        }
    }
}

/// <summary>The events themselves, one JSON object a line.</summary>
internal sealed class JsonView(TextWriter output) : IProgressView
{
    public async Task ShowAsync(IAsyncEnumerable<EventView> events, OperationProgress progress, CancellationToken cancellationToken)
    {
        await foreach (var e in events.WithCancellation(cancellationToken))
            await output.WriteLineAsync(JsonSerializer.Serialize(e, ApiJson.Default.EventView));
    }
}

internal sealed class QuietView : IProgressView
{
    public async Task ShowAsync(IAsyncEnumerable<EventView> events, OperationProgress progress, CancellationToken cancellationToken)
    {
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            // The progress is all that is wanted.
        }
    }
}
