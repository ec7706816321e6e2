using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>What the user may not do is refused before anything is made, where IAM tells.</summary>
public sealed class PermissionTests(Peer peer)
{
    private const string NoResources = "environment: { app_deployment: { target: aws, type: ecs } }";
    private const string CreateDatabase = "\"rds:CreateDBInstance\",";
    private const string CreateRole = "\"iam:CreateRole\",";

    [PeerFact]
    public async Task All_that_is_missing_is_told_at_once_with_who_misses_it_and_what_to_do()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = Without(CreateDatabase, CreateRole, "\"dynamodb:CreateTable\",") });
        await using var host = await Host.StartAsync(account);

        var message = await RefusedAsync(host, ApplicationTests.Environment);

        Assert.Contains(
            $"arn:aws:iam::{account.Number}:role/tests may not do all that this needs: rds:CreateDBInstance, iam:CreateRole. ",
            message,
            StringComparison.Ordinal);
        Assert.Contains(
            $"`aws iam attach-role-policy --role-name tests --policy-arn arn:aws:iam::{account.Number}:policy/caastle`",
            message,
            StringComparison.Ordinal);
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.False(call.Changes));
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerFact]
    public async Task Only_what_is_needed_is_asked_for_also_when_an_environment_grows()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = Without(CreateDatabase) });
        await using var host = await Host.StartAsync(account);

        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync(NoResources)).State);
        await account.ForgetCallsAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.Service.UpdateEnvironmentAsync(
            new("orders", ApplicationTests.Environment, "", null, false, "tester"), TestContext.Current.CancellationToken));

        Assert.Contains("this needs: rds:CreateDBInstance.", refused.Message, StringComparison.Ordinal);
        Assert.All(await account.CallsAsync(), call => Assert.False(call.Changes));
    }

    [PeerFact]
    public async Task An_application_is_refused_in_the_same_way_and_one_that_is_there_is_not_asked_about()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = Without("\"logs:CreateLogGroup\",") });
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync(NoResources);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.DeployAsync("app: { image: 'shop:1', container_port: 8080 }"));
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        var deployed = await host.DeployAsync("app: { image: 'shop:1', container_port: 8080 }");
        await account.ForgetCallsAsync();
        var changed = await host.ChangeAsync(OperationAction.Redeploy, "app: { image: 'shop:2', container_port: 8080 }");

        Assert.Contains("this needs: logs:CreateLogGroup.", refused.Message, StringComparison.Ordinal);
        Assert.Equal((OperationState.Succeeded, OperationState.Succeeded), (deployed.State, changed.State));
        Assert.DoesNotContain(await account.CallsAsync(), call => call.Operation == "SimulatePrincipalPolicy");
    }

    [PeerFact]
    public async Task A_container_is_refused_before_it_is_built()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = Without("\"ecr:PutImage\",", "\"ec2:Describe*\",") });
        await using var host = await Host.StartAsync(account);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.BuildAsync("context.tar"));

        Assert.Contains("this needs: ecr:PutImage.", refused.Message, StringComparison.Ordinal);
    }

    [PeerFact]
    public async Task What_a_policy_forbids_is_told_as_that_and_a_role_of_single_sign_on_gets_its_permissions_there()
    {
        const string Path = "/aws-reserved/sso.amazonaws.com/";
        const string Forbidding = "\"Statement\": [{ \"Effect\": \"Deny\", \"Action\": \"ecs:CreateCluster\", \"Resource\": \"*\" },";
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(
            new { role_path = Path, policy = PolicyTests.Recommended.Replace("\"Statement\": [", Forbidding, StringComparison.Ordinal) });
        await using var host = await Host.StartAsync(account);

        var message = await RefusedAsync(host, NoResources);

        Assert.Contains(
            $":role{Path}tests may not do all that this needs: ecs:CreateCluster (forbidden by a policy).", message, StringComparison.Ordinal);
        Assert.Contains("add it to the permission set", message, StringComparison.Ordinal);
    }

    [PeerTheory]
    [InlineData("arn:aws:iam::{0}:user/staff/ann", "attach-user-policy --user-name ann ")]
    [InlineData("arn:aws:iam::{0}:root", null)]
    [InlineData("arn:aws:sts::{0}:federated-user/ann", null)]
    public async Task Users_are_asked_about_and_those_who_may_do_all_or_have_no_policies_of_their_own_are_not(string caller, string? told)
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(
            new { policy = Without(CreateRole), caller = caller.Replace("{0}", account.Number, StringComparison.Ordinal) });
        await using var host = await Host.StartAsync(account);

        if (told is null)
        {
            Assert.Equal(OperationState.RolledBack, (await host.CreateAsync(NoResources)).State);
        }
        else
        {
            Assert.Contains(told, await RefusedAsync(host, NoResources), StringComparison.Ordinal);
        }
    }

    [PeerFact]
    public async Task What_depends_on_the_call_itself_is_left_to_the_call()
    {
        var account = await peer.NewAccountAsync();
        var conditions = new Dictionary<string, string[]> { ["iam:CreateRole"] = ["aws:RequestTag/team"] };
        await account.ChangeWorldAsync(new { policy = Without(CreateRole), conditions });
        await using var host = await Host.StartAsync(account);

        Assert.Equal(OperationState.RolledBack, (await host.CreateAsync(NoResources)).State);
    }

    /// <summary>The recommended policy without some of it.</summary>
    internal static string Without(params IEnumerable<string> parts)
    {
        var policy = PolicyTests.Recommended;
        foreach (var part in parts)
        {
            Assert.Contains(part, policy, StringComparison.Ordinal);
            policy = policy.Replace(part, "", StringComparison.Ordinal);
        }

        return policy;
    }

    private static async Task<string> RefusedAsync(Host host, string yaml)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => host.CreateAsync(yaml));
        Assert.Equal(RefusedException.NotAvailable, refused.Code);
        return refused.Message;
    }
}
