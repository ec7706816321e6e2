using System.Text.Json;
using CaaStle.Engine.Journal;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>The policy that the documentation recommends allows what is done.</summary>
public sealed class PolicyTests(Peer peer)
{
    private static readonly Dictionary<string, string> Prefixes = new() { ["tagging"] = "tag" };

    [PeerFact]
    public async Task The_recommended_policy_allows_every_call_that_is_made()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(EnvironmentTests.Everything)).State);
        Assert.Equal(OperationState.Succeeded, (await host.DeployAsync(VolumeTests.Application)).State);
        Assert.Equal(OperationState.Succeeded, (await host.RunAsync("exit", "0")).State);
        Assert.Equal(
            OperationState.RolledBack, (await host.ChangeAsync(OperationAction.Redeploy, ApplicationTests.Application("exits:1"))).State);
        await host.LogAsync(new());
        Assert.Equal(OperationState.Succeeded, (await host.DeleteApplicationAsync()).State);
        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync()).State);

        await CheckAsync(account);
    }

    /// <summary>That every call of the account so far is allowed.</summary>
    internal static async Task CheckAsync(Account account)
    {
        var made = (await account.CallsAsync())
            .Where(call => call.Service is not ("s3" or "sts"))
            .Select(call => $"{Prefixes.GetValueOrDefault(call.Service, call.Service)}:{call.Operation}")
            .Distinct();

        Assert.Empty(made.Except(Allowed()));
    }

    private static IReadOnlyList<string> Allowed()
    {
        var policy = JsonDocument.Parse(Repository.Read("docs/aws/policy.json"));
        return
        [
            .. policy.RootElement.GetProperty("Statement").EnumerateArray().Select(statement => statement.GetProperty("Action"))
                .SelectMany(action =>
                action.ValueKind == JsonValueKind.String
                    ? [action.GetString()!]
                    : action.EnumerateArray().Select(each => each.GetString()!)),
        ];
    }
}
