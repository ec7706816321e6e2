using System.Text.Json;
using System.Text.Json.Nodes;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Objects;
using CaaStle.Docker;
using CaaStle.Engine.Journal;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>The policy that the documentation recommends suffices: calls are signed, and allowed by it or refused, as with AWS.</summary>
public sealed class PolicyTests(Peer peer)
{
    /// <summary>IAM's, for a policy that can be attached to users, groups and roles, without white space.</summary>
    private const int LongestPolicy = 6144;

    /// <summary>What AWS does when an account uses a service for the first time, and what is asked before anything is made.</summary>
    private static readonly string[] NeededElsewhere =
    [
        "eks:ListClusters", "iam:CreateServiceLinkedRole", "iam:SimulatePrincipalPolicy", "servicequotas:GetAWSDefaultServiceQuota",
        "servicequotas:GetServiceQuota",
    ];

    internal static readonly string Recommended = Repository.Read("docs/aws/policy.json");

    [PeerFact]
    public async Task Who_has_the_recommended_policy_and_nothing_else_can_do_everything()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = Recommended });
        await using var host = await Host.StartAsync(account);
        await EndAsync(host, await host.CreateAsync(EnvironmentTests.Everything));
        await EndAsync(host, await host.DeployAsync(VolumeTests.Application));
        await EndAsync(host, await host.RunAsync("exit", "0"));
        await EndAsync(
            host, await host.ChangeAsync(OperationAction.Redeploy, ApplicationTests.Application("exits:1")), OperationState.RolledBack);
        await host.LogAsync(new());
        await EndAsync(host, await host.DeleteApplicationAsync());
        await EndAsync(host, await host.DeleteAsync());
        await EndAsync(host, await host.CreateAsync(NetworkTests.Own));
        await EndAsync(host, await host.DeleteAsync());
        Assert.Empty(await account.ContentsAsync());
        Assert.Empty(await host.UnsaidAsync());
        var simulated = (await account.CallsAsync()).Where(call => call.Operation == "SimulatePrincipalPolicy").ToList();
        Assert.NotEmpty(simulated);
        Assert.All(simulated, call => Assert.Equal(200, call.Status));
    }

    [PeerTheory]
    [InlineData("\"ecs:CreateCluster\",", "ecs:CreateCluster")]
    [InlineData("\"iam:CreateRole\",", "iam:CreateRole")]
    public async Task What_a_policy_does_not_allow_is_refused_in_the_words_of_AWS(string missing, string told)
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PermissionTests.Without(missing, ",\n        \"iam:SimulatePrincipalPolicy\"") });
        await using var host = await Host.StartAsync(account);

        var created = await host.CreateAsync("environment: { app_deployment: { target: aws, type: ecs } }");

        Assert.Equal(OperationState.RolledBack, created.State);
        Assert.Contains(
            told, (await host.JournalAsync(created)).OfType<OperationFailing>().Single().Failure.Message, StringComparison.Ordinal);
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task Signatures_are_checked_here()
    {
        var account = (await peer.NewAccountAsync()).WithSecret("another");
        await account.ChangeWorldAsync(new { policy = Recommended });
        await using var host = await Host.StartAsync(account);

        var refused = await Assert.ThrowsAsync<Engine.Operations.RefusedException>(
            () => host.CreateAsync("environment: { app_deployment: { target: aws, type: ecs } }"));

        Assert.Contains("SignatureDoesNotMatch", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_recommended_policy_allows_what_handlers_say_that_they_need_and_little_else()
    {
        var allowed = JsonNode.Parse(Recommended)!["Statement"]!.AsArray()
            .Select(statement => statement!["Action"]!)
            .SelectMany(action => action is JsonArray several ? several.Select(each => (string)each!) : [(string)action!])
            .ToList();
        var access = new AwsAccess(_ => null);
        var cloud = new AwsCloud(
            access, new("", TimeProvider.System), "", DockerClient.Find(_ => null, record: null, TimeProvider.System), TimeProvider.System);
        var needed = cloud.Handlers.Cast<INeedsPermission>().SelectMany(handler => handler.Actions).Concat(MarkedScan.Actions).ToHashSet();

        Assert.DoesNotContain(needed, action => !allowed.Exists(name => Covers(name, action)));
        Assert.Equal(NeededElsewhere, allowed.Where(name => !needed.Any(action => Covers(name, action))).Order(StringComparer.Ordinal));

        static bool Covers(string name, string action) => name == action
            || (name.EndsWith('*') && action.StartsWith(name[..^1], StringComparison.Ordinal));
    }

    [Fact]
    public void The_recommended_policy_is_as_short_as_IAM_demands() =>
        Assert.InRange(JsonSerializer.Serialize(JsonDocument.Parse(Recommended)).Length, 1, LongestPolicy);

    private static async Task EndAsync(Host host, Operation operation, OperationState state = OperationState.Succeeded) =>
        Assert.True(operation.State == state, await host.StoryAsync(operation));
}
