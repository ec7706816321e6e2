using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace CaaStle.Server.Endpoints;

/// <summary>
/// Answers with log lines as they come. A failure before the first line is a problem; one after it is the stream's last line, since the
/// status has been sent.
/// </summary>
internal sealed class LogStream(IObjectReader objects, SubjectKey subject, LogQuery query) : IResult
{
    public const string ContentType = "application/x-ndjson";

    private static readonly TimeSpan FirstLine = TimeSpan.FromSeconds(1);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var ends = httpContext.EndWithServer();
        AllowSlowReader(httpContext);
        httpContext.Response.ContentType = ContentType;
        try
        {
            await using var lines = objects.ReadLogsAsync(subject, query, ends.Token).GetAsyncEnumerator(ends.Token);
            var next = lines.MoveNextAsync().AsTask();
            await Task.WhenAny(next, Task.Delay(FirstLine, httpContext.RequestServices.GetRequiredService<TimeProvider>(), ends.Token));
            if (next.IsFaulted)
            {
                await next;
            }

            await httpContext.Response.StartAsync(ends.Token);
            while (await next)
            {
                await WriteAsync(httpContext, lines.Current, ends.Token);
                next = lines.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                {
                    await httpContext.Response.Body.FlushAsync(ends.Token);
                }
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
        }
        catch (CloudException failure) when (httpContext.Response.HasStarted)
        {
            await WriteAsync(httpContext, new(null, "cld-server", $"The log ends here: {failure.Message}"), ends.Token);
        }
        catch
        {
            if (!httpContext.Response.HasStarted)
            {
                httpContext.Response.ContentType = null;
            }

            throw;
        }
    }

    private static async Task WriteAsync(HttpContext context, LogLine line, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(
            context.Response.Body, new(line.At, line.Source, line.Text), ApiJson.Default.LogLineView, cancellationToken);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>Who reads a log page by page is slow, not gone.</summary>
    private static void AllowSlowReader(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
