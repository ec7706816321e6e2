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
        Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync()).State);

        var allowed = await AllowedAsync();
        var made = (await account.CallsAsync())
            .Where(call => call.Service is not ("s3" or "sts"))
            .Select(call => $"{Prefixes.GetValueOrDefault(call.Service, call.Service)}:{call.Operation}")
            .Distinct();

        Assert.Empty(made.Except(allowed));
    }

    private static async Task<IReadOnlyList<string>> AllowedAsync()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "CaaStle.slnx")))
        {
            folder = folder.Parent;
        }

        var policy = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "docs/aws/policy.json")));
        return
        [
            .. policy.RootElement.GetProperty("Statement").EnumerateArray().Select(statement => statement.GetProperty("Action")).SelectMany(action =>
                action.ValueKind == JsonValueKind.String ? [action.GetString()!] : action.EnumerateArray().Select(each => each.GetString()!)),
        ];
    }
}
