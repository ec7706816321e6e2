using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Objects;
using CaaStle.Engine.Journal;

namespace CaaStle.Clouds.Aws.Tests;

public sealed class EnvironmentTests(Peer peer)
{
    internal const string Everything =
        """
        environment:
          app_deployment:
            target: aws
            type: ecs
          resources:
            aws:
              - type: rds
                configuration: { engine: mysql, flavor: db.t3.micro, dbname: testdb }
              - type: dynamodb
              - type: s3
              - type: elasticache
        """;

    [PeerFact]
    public async Task An_environment_with_every_resource_is_created_and_deleted_without_a_trace()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);

        var created = await host.CreateAsync(Everything);

        Assert.True(created.State == OperationState.Succeeded, await host.StoryAsync(created));
        var cluster = await host.OutputsAsync("");
        Assert.Equal((account.Number, Peer.Region), (cluster["Account"], cluster["Region"]));
        var rds = await host.OutputsAsync("rds");
        Assert.Equal(
            ["Address", "DBInstanceClass", "DBInstanceIdentifier", "DBName", "Engine", "MasterUserPassword", "MasterUsername", "Port",
                "SecretArn", "Url", "sql-security-group-id", "sql-security-group-name", "vpc_id"],
            rds.Keys.Order(StringComparer.Ordinal));
        Assert.Equal($"mysql://testuser:{rds["MasterUserPassword"]}@{rds["Address"]}:3306/testdb", rds["Url"]);
        Assert.StartsWith("rediss://default:", (await host.OutputsAsync("elasticache"))["Url"], StringComparison.Ordinal);

        var deleted = await host.DeleteAsync();

        Assert.Equal(OperationState.Succeeded, deleted.State);
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }

    [PeerTheory]
    [InlineData("internal")]
    [InlineData("sg")]
    public async Task Names_may_begin_as_those_do_that_AWS_keeps_for_itself(string name)
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);

        var created = await host.CreateAsync("environment: { app_deployment: { target: aws, type: ecs }, resources: { aws: [{ type: rds }] } }", name);
        var deployed = await host.DeployAsync("app: { image: 'shop:1', container_port: 5432, protocol: tcp }", $"{name}-shop", name);

        Assert.True(created.State == OperationState.Succeeded, await host.StoryAsync(created));
        Assert.True(deployed.State == OperationState.Succeeded, await host.StoryAsync(deployed));
    }

    [PeerFact]
    public async Task A_database_changes_in_place_pauses_and_goes_on()
    {
        var account = await peer.NewAccountAsync();
        await account.ChangeWorldAsync(new { policy = PolicyTests.Recommended });
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync(ApplicationTests.Environment);
        var larger = ApplicationTests.Environment
            + "\n        configuration: { flavor: db.t3.medium, storage: 50 }\n        policy: { access: 203.0.113.0/24 }\n";

        var updated = await host.EndOfAsync(
            await host.Service.UpdateEnvironmentAsync(new("orders", larger, "", null, false, "tester"), Cancel));
        Assert.True(updated.State == OperationState.Succeeded, await host.StoryAsync(updated));
        Assert.Single(await account.CallsAsync(), call => call.Operation == "CreateDBInstance");
        Assert.Single(await account.CallsAsync(), call => call.Operation == "ModifyDBInstance");
        foreach (
            var (action, operation) in new[] { (OperationAction.Pause, "StopDBInstance"), (OperationAction.Resume, "StartDBInstance") })
        {
            var switched = await host.EndOfAsync(await host.Service.SwitchEnvironmentAsync(new("orders", action, "tester"), Cancel));
            Assert.True(switched.State == OperationState.Succeeded, await host.StoryAsync(switched));
            Assert.Single(await account.CallsAsync(), call => call.Operation == operation);
        }

        await host.DeleteAsync();
        Assert.Empty(await account.ContentsAsync());
        Assert.Empty(await host.UnsaidAsync());
    }

    [PeerFact]
    public async Task A_database_that_fails_is_told_in_the_words_of_RDS_and_undone()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await account.ChangeWorldAsync(new { database_status = "incompatible-network" });

        var created = await host.CreateAsync(ApplicationTests.Environment);

        Assert.Equal(OperationState.RolledBack, created.State);
        var failure = (await host.JournalAsync(created)).OfType<OperationFailing>().Single().Failure;
        Assert.Equal("rds/instance", failure.Key);
        Assert.StartsWith("incompatible-network", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task With_credentials_of_another_account_a_deletion_waits_for_the_right_ones()
    {
        var (account, other) = (await peer.NewAccountAsync(), await peer.NewAccountAsync());
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync(ApplicationTests.Environment);
        account.Impersonate(other);
        host.Restart();
        var deleting = await host.Service.DeleteAsync(new(SubjectKey.Environment("orders"), false, false, "tester"), Cancel);
        while (!(await host.JournalAsync(deleting)).OfType<ObjectBlocked>().Any(
            blocked => blocked.Reason.Contains(account.Number, StringComparison.Ordinal)))
        {
            await Task.Delay(10, Cancel);
        }

        Assert.NotEmpty(await account.ContentsAsync());
        account.Impersonate(account);
        host.Restart();
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(deleting)).State);
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task What_may_not_be_looked_at_is_not_taken_for_gone()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync("environment: {app_deployment: {target: aws, type: ecs}, resources: {aws: [{resource: {type: s3}}]}}");
        await account.FailAsync(@"GET /bucket\?tagging", FaultKind.Error, "s3", times: 3, code: "AccessDenied", message: "Access Denied", status: 403);

        var deleted = await host.DeleteAsync();

        Assert.Equal(OperationState.Succeeded, deleted.State);
        Assert.Contains(
            (await host.JournalAsync(deleted)).OfType<ObjectBlocked>(), blocked => blocked.Reason.Contains("AccessDenied", StringComparison.Ordinal));
        Assert.Empty(await account.ContentsAsync());
    }

    [PeerFact]
    public async Task Databases_are_asked_about_together()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync(ApplicationTests.Environment + "\n      - { name: second, type: rds }\n");
        Assert.True(host.ReadTogether > 0, "The engine asked about each database alone.");
        var id = (await host.Store.FindSubjectAsync(SubjectKey.Environment("orders"), Cancel))!.Id;
        var databases = (await host.Store.ListObjectsAsync(id, Cancel)).Where(each => each.Kind == "rds/instance").ToList();
        var requests = databases.Select(each => RequestOf(each.Identity, id, each.Operation, each.Key))
            .Append(RequestOf("missing", id, databases[0].Operation, "missing"))
            .Append(RequestOf(databases[0].Identity, "another", databases[0].Operation, databases[0].Key))
            .ToList();
        var handler = host.Cloud.Handlers.OfType<DbInstanceHandler>().Single();
        await account.ForgetCallsAsync();

        var seen = await handler.ReadManyAsync(requests, Cancel);

        Assert.Equal([Condition.Ready, Condition.Ready, Condition.Absent, Condition.Foreign], seen.Select(each => each.Condition));
        foreach (var (request, together) in requests.Zip(seen))
        {
            Assert.Equal((await handler.ReadAsync((DbInstanceSpec)request.Spec, request.Call, Cancel)).State, together.State);
        }

        Assert.Equal(1 + requests.Count, (await account.CallsAsync()).Count(call => call.Operation == "DescribeDBInstances"));

        ReadRequest RequestOf(string name, string subjectId, string operation, string key) => new(
            new DbInstanceSpec(
                new(account.Number, Peer.Region, null), name, "mysql", null, "db.t3.micro", 1, "", "", new(""), "", "", IsPublic: false),
            new(new(host.Store.InstallationId, "environment/orders", subjectId, operation, key), new Progress<string>(), Cancel));
    }

    [PeerFact]
    public async Task What_is_in_no_record_is_found_by_its_marks_and_deleted()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        await host.CreateAsync(ApplicationTests.Environment);
        var before = await account.ContentsAsync();
        var at = new AwsPlace(account.Number, Peer.Region, null);
        var subnets = (await host.OutputsAsync(""))["Subnets"].Split(',');
        ICloudObjectSpec[] orphans =
        [
            new SecurityGroupSpec(at, "lost-group", (await host.OutputsAsync(""))["Vpc"], "lost", []),
            new IamRoleSpec(at, "lost-role", [], null),
            new DynamoTableSpec(at, "lost-table", new("id", "S"), null),
            new BucketSpec(at, $"lost-bucket-{account.Number}"),
            new LogGroupSpec(at, "lost-log", 1),
            new EcrRepositorySpec(at, "lost-repository"),
            new FileSystemSpec(at, "lost-files"),
            new AccessPointSpec(at, "lost-folder", "fs-0a1b2c3d"),
            new InstanceProfileSpec(at, "lost-profile", "lost-role"),
            new KeyPairSpec(at, "lost-key"),
            new LaunchTemplateSpec(at, "lost-template", [], new("t3.micro", "lost-profile", "lost-cluster", null)),
            new AutoScalingGroupSpec(at, "lost-machines", "", subnets, 1),
        ];
        var template = "";
        foreach (var (index, spec) in orphans.Index())
        {
            var marks = new Marks(host.Store.InstallationId, "environment/lost", "lost01", "op-lost", $"lost/{index}#2");
            var handler = host.Cloud.Handlers.Single(handler => handler.SpecType == spec.GetType());
            var call = new ObjectCall(marks, new Progress<string>(), CancellationToken.None);
            var made = spec is AutoScalingGroupSpec group ? group with { LaunchTemplate = template } : spec;
            await handler.CreateAsync(made, call, CancellationToken.None);
            template = (await handler.ReadAsync(made, call, CancellationToken.None)).State is LaunchTemplateState { Id: var id } ? id : template;
        }

        var found = await host.Orphans.FindAsync(Cancel);

        Assert.Empty(found.Unanswered);
        Assert.Equal(orphans.Select(spec => spec.Identity).Order(), found.Orphans.Select(orphan => orphan.Found.Name).Order());
        Assert.All(await host.Orphans.RemoveAsync(found.Orphans, Cancel), removal => Assert.Null(removal.Failure));
        Assert.Equal(before, await account.ContentsAsync());
    }

    [PeerFact]
    public async Task Files_of_the_original_deploy_unchanged()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        Assert.Equal(
            OperationState.Succeeded, (await host.CreateAsync(Repository.Read("examples/original/environment-aws.yaml"), "plain")).State);
        Assert.Equal(
            OperationState.Succeeded, (await host.CreateAsync(Repository.Read("examples/original/environment-aws-rds.yaml"))).State);

        var deployed = await host.DeployAsync(Repository.Read("examples/original/app-aws-rds.yaml"));

        Assert.True(deployed.State == OperationState.Succeeded, await host.StoryAsync(deployed));
        var plain = await host.DeployAsync(Repository.Read("examples/original/app.yaml"), "plain", "plain");
        Assert.True(plain.State == OperationState.Succeeded, await host.StoryAsync(plain));
        Assert.EndsWith(":8085", (await host.OutputsAsync(SubjectKey.Application("plain")))["Url"], StringComparison.Ordinal);
    }

    [PeerFact]
    public async Task A_task_definition_is_an_application()
    {
        var account = await peer.NewAccountAsync();
        await using var host = await Host.StartAsync(account);
        Assert.Equal(OperationState.Succeeded, (await host.CreateAsync("environment: { app_deployment: { target: aws, type: ecs } }")).State);

        var deployed = await host.DeployAsync(Repository.Read("examples/task-definition/task.json"));

        Assert.True(deployed.State == OperationState.Succeeded, await host.StoryAsync(deployed));
        Assert.Equal("redis:7.0", (await host.OutputsAsync(SubjectKey.Application("shop")))["Image.cache"]);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
