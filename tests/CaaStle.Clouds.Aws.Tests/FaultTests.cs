using System.Collections.Concurrent;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>Each single call of an environment's creation and deletion fails in each way, and nothing is left of it.</summary>
public sealed class FaultTests(Peer peer)
{
    private const int AtOnce = 6;

    [PeerTheory]
    [InlineData("refused")]
    [InlineData("throttled")]
    [InlineData("lost")]
    [InlineData("closed")]
    public async Task Whichever_call_fails_the_operation_ends_right_and_nothing_is_left(string how)
    {
        var calls = await CallsOfACleanRunAsync(withQuestions: how is "refused" or "closed");
        var problems = new ConcurrentQueue<string>();

        await Parallel.ForEachAsync(calls, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (call, _) =>
        {
            var account = await peer.NewAccountAsync();
            await FailAsync(account, call.Operation, call.After, how);
            await using var host = await Host.StartAsync(account);
            try
            {
                await CheckAsync(host, call, how);
            }
            catch (Exception e)
            {
                problems.Enqueue($"{call.Operation} after {call.After}: {e.Message}");
            }
        });

        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }

    private static async Task CheckAsync(Host host, (string Operation, int After, int Made) call, string how)
    {
        Operation created;
        try
        {
            created = await host.CreateAsync(EnvironmentTests.Everything);
        }
        catch (RefusedException)
        {
            Assert.Equal("GetCallerIdentity", call.Operation);
            Assert.Empty(await host.Account.ContentsAsync());
            return;
        }

        if (created.State == OperationState.Succeeded)
        {
            var deleted = await host.DeleteAsync();
            Assert.True(deleted.State == OperationState.Succeeded, await host.StoryAsync(deleted));
        }
        else
        {
            // What passes is no reason to give up.
            Assert.True(how == "refused" && created.State == OperationState.RolledBack, await host.StoryAsync(created));
        }

        Assert.Empty(await host.Account.ContentsAsync());
        var seen = await host.Account.CallsAsync();
        Assert.Contains(seen, each => each.Fault is not null);
        if (call.Operation.StartsWith("Create", StringComparison.Ordinal) && how == "lost")
        {
            Assert.Equal(call.Made, seen.Count(each => each.Operation == call.Operation));
        }
    }

    private static Task FailAsync(Account account, string operation, int after, string how) => how switch
    {
        "refused" => account.FailAsync(operation, FaultKind.Error, after: after, code: "AccessDenied", message: "You are not authorized"),
        "throttled" => account.FailAsync(operation, FaultKind.Error, after: after, code: "Throttling"),
        "lost" => account.FailAsync(operation, FaultKind.Lose, after: after),
        _ => account.FailAsync(operation, FaultKind.Close, after: after),
    };

    /// <summary>Every change, and every kind of question the first time that it is asked.</summary>
    private async Task<IReadOnlyList<(string Operation, int After, int Made)>> CallsOfACleanRunAsync(bool withQuestions)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(EnvironmentTests.Everything)).State);
        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync()).State);
        var calls = (await account.CallsAsync()).Where(call => call.Operation.All(char.IsAsciiLetterOrDigit));
        return
        [
            .. calls.GroupBy(call => call.Operation).SelectMany(same =>
                Enumerable.Range(0, same.First().Changes ? same.Count() : withQuestions ? 1 : 0).Select(index => (same.Key, index, same.Count()))),
        ];
    }
}
