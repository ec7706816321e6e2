using CaaStle.Engine.Operations;

namespace CaaStle.Server.Hosting;

/// <summary>Runs the operations while the server runs, beginning when it listens; at the end they are left for the next start.</summary>
internal sealed class OperationHost(IServiceProvider services, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var started = lifetime.ApplicationStarted.Register(listening.SetResult);
            await listening.Task.WaitAsync(stop.Token);
            await services.GetRequiredService<IOperationRunner>().RunAllAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}
