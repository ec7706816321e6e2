using CaaStle.Engine.Operations;

namespace CaaStle.Server.Hosting;

/// <summary>Runs the operations while the server runs, from when it is ready; at the end they are left for the next start.</summary>
internal sealed class OperationHost(IServiceProvider services, Readiness readiness, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await readiness.Announced.WaitAsync(stop.Token);
            await Task.WhenAll(
                services.GetRequiredService<IOperationRunner>().RunAllAsync(stop.Token),
                services.GetRequiredService<ExpiryWatch>().RunAsync(stop.Token));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}

/// <summary>When the store is open and the server's address known.</summary>
internal sealed class Readiness
{
    private readonly TaskCompletionSource announced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Announced => announced.Task;

    public void Announce() => announced.SetResult();
}
