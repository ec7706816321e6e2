using System.Collections.Concurrent;
using CaaStle.Engine.Journal;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>The process dies before or after each entry of the journal, and the next one goes on.</summary>
public sealed class CrashTests(Peer peer)
{
    private const int AtOnce = 6;

    private const string Database =
        """
        environment:
          app_deployment: { target: aws, type: ecs }
          resources:
            aws:
              - type: rds
        """;

    [PeerTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_the_process_dies_the_operation_ends_right_and_nothing_is_left(bool isRefused)
    {
        var steps = await RunAsync(null, isRefused);
        var problems = new ConcurrentQueue<string>();

        // Half of them each time.
        var chosen = Enumerable.Range(0, steps).Where(step => step % 4 is 0 or 3 == isRefused);
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (step, _) =>
        {
            try
            {
                await RunAsync(step, isRefused);
            }
            catch (Exception e)
            {
                problems.Enqueue($"step {step}: {e.Message}");
            }
        });

        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }

    /// <returns>How many steps there were.</returns>
    private async Task<int> RunAsync(int? crashAt, bool isRefused)
    {
        var account = await peer.NewAccountAsync();
        if (isRefused)
        {
            await account.FailAsync("CreateDBInstance", FaultKind.Error, times: 1000, code: "InstanceQuotaExceeded", message: "No more databases");
        }

        await using var host = await Host.StartAsync(account);
        host.CrashAt = crashAt;
        var created = await host.CreateAsync(Database);
        Assert.True(
            created.State == (isRefused ? OperationState.RolledBack : OperationState.Succeeded), await host.StoryAsync(created));
        if (!isRefused)
        {
            var deleted = await host.DeleteAsync();
            Assert.True(deleted.State == OperationState.Succeeded, await host.StoryAsync(deleted));
        }

        Assert.Empty(await account.ContentsAsync());
        return host.Steps;
    }
}
