using CaaStle.Engine.Journal;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>The process crashes at every step there is, one run for each, and comes back.</summary>
public sealed class CrashTests
{
    [Fact]
    public void Creation_ends_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal(5, host.World.Objects.Count);
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
        Assert.Equal(7, host.World.Objects.Count);
    });

    [Fact]
    public void Redeploying_ends_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        await Samples.DeployAsync(host);
        var accepted = await host.Service.ChangeApplicationAsync(
            new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.Application + "    NEW: yes\n" }, default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(accepted.Id)).State);
        Assert.Equal(7, host.World.Objects.Count);
    });

    [Fact]
    public void A_redeployment_that_fails_ends_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        await Samples.DeployAsync(host);
        var before = Samples.Contents(host);
        var accepted = await host.Service.ChangeApplicationAsync(
            new("shop", OperationAction.Redeploy, false, "tester") { Definition = Samples.FailingApplication }, default);
        Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(accepted.Id)).State);
        Assert.Equal(before, Samples.Contents(host));
    });

    [Fact]
    public void A_replacement_that_fails_ends_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var before = Samples.Contents(host);
        var accepted = await host.Service.UpdateEnvironmentAsync(new("orders", Samples.FailingUpdate, "", "orders", false, "tester"), default);
        Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(accepted.Id)).State);
        Assert.Equal(before, Samples.Contents(host));
    });

    [Fact]
    public void Pausing_and_resuming_end_right_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        await Samples.DeployAsync(host);
        var before = Samples.Contents(host);
        foreach (var action in (string[])[OperationAction.Pause, OperationAction.Resume])
        {
            await host.Service.SwitchEnvironmentAsync(new("orders", action, "tester"), default);
            foreach (var operation in await host.Store.ListOperationsAsync(new(UnderWay: true), default))
            {
                Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(operation.Id)).State);
            }
        }

        Assert.Equal(before, Samples.Contents(host));
    });

    [Fact]
    public void A_command_that_fails_leaves_nothing_wherever_the_process_crashes() => CrashEverywhere(async host =>
    {
        await Samples.DeployAsync(host);
        var before = Samples.Contents(host);
        var accepted = await host.Service.RunAsync(new("shop", ["migrate"], "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(accepted.Id)).State);
        Assert.Equal(before, Samples.Contents(host));
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
            Assert.Equal(5, Samples.Changes(host).Count());
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
