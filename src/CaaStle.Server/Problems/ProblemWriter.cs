using CaaStle.Api;

namespace CaaStle.Server.Problems;

/// <summary>Turns every failure into an RFC 9457 problem: refusals, what routing could not place, and defects, which it also logs.</summary>
internal sealed class ProblemWriter(TimeProvider clock, ILogger<ProblemWriter> logger) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Problem? problem;
        try
        {
            await next(context);
            problem = IsBareFailure(context.Response) ? ProblemMapping.ForStatus(context.Response.StatusCode, null) : null;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            problem = ProblemMapping.From(failure, clock);
            if (problem is null)
            {
                problem = ProblemMapping.Defect(context.TraceIdentifier);
                logger.LogError(
                    failure, "{Method} {Path} failed, trace id {TraceId}", context.Request.Method, context.Request.Path, context.TraceIdentifier);
            }

            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }
        }

        if (problem is not null)
        {
            context.Response.StatusCode = problem.Status;
            await context.Response.WriteAsJsonAsync(problem, ApiJson.Default.Problem, "application/problem+json", context.RequestAborted);
        }
    }

    private static bool IsBareFailure(HttpResponse response) =>
        response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null;
}
