namespace CaaStle.Server.Endpoints;

internal static class StreamLifetime
{
    /// <summary>Cancelled when the client goes away, or the server stops: open streams must not hold it up.</summary>
    public static CancellationTokenSource EndWithServer(this HttpContext context) => CancellationTokenSource.CreateLinkedTokenSource(
        context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
}
