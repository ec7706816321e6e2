using CaaStle.Engine.Journal;
using CaaStle.Engine.Tests.Simulation;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>The process crashes at every step there is, one run for each, and comes back.</summary>
public sealed class CrashTests
{
    [Fact]
    public void Creation_ends_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal(3, host.World.Objects.Count);
    });

    [Fact]
    public void Rollback_ends_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        var operation = await host.CreateEnvironmentAsync(Samples.FailingDatabase);
        Assert.Equal(OperationState.RolledBack, operation.State);
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void Deletion_ends_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        var operation = await host.DeleteAsync(Samples.Environment);
        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Empty(host.World.Objects);
    });

    [Fact]
    public void Deploying_ends_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        var accepted = await host.Service.DeployApplicationAsync(new("shop", "orders", Samples.Application, "app.yaml", false, "tester"), default);
        var operation = await host.EndOfAsync(accepted.Id);
        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal(4, host.World.Objects.Count);
    });

    [Fact]
    public void A_generated_password_stays_the_same_over_a_crash()
    {
        for (var step = 0; step < 60; step++)
        {
            var host = new SimulatedHost { CrashAt = step };
            host.Run(async () =>
            {
                var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);
                var drawn = (await host.JournalAsync(operation.Id)).OfType<ValueGenerated>().ToList();
                Assert.Equal(drawn.Count, drawn.DistinctBy(entry => entry.Key).Count());
            });
        }
    }

    [Fact]
    public void Stopping_the_process_in_order_hurts_no_operation()
    {
        var host = new SimulatedHost();
        host.Run(async () =>
        {
            var accepted = await host.Service.CreateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", false, "tester"), default);
            for (var second = 0; second < 60; second++)
            {
                await Task.Delay(TimeSpan.FromSeconds(7), host.Time);
                await host.StopAsync();
            }

            var operation = await host.EndOfAsync(accepted.Id);

            Assert.Equal(OperationState.Succeeded, operation.State);
            Assert.Null(operation.Failure);
            Assert.Equal(3, Samples.Changes(host).Count());
        });
    }

    private static void CrashEverywhere(Func<SimulatedHost, Task> scenario)
    {
        for (var step = 0; ; step++)
        {
            var host = new SimulatedHost { CrashAt = step };
            try
            {
                host.Run(async () =>
                {
                    await scenario(host);
                    await Samples.AssertCloudIsWhatTheRecordSays(host);
                });
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Crashed at step {step}: {exception.Message}", exception);
            }

            if (host.Crashes == 0)
            {
                Assert.True(step > 20, $"There were only {step} steps to crash at.");
                return;
            }
        }
    }
}
