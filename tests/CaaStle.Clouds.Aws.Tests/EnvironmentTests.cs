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
            ["Address", "DBInstanceClass", "DBInstanceIdentifier", "DBName", "Engine", "MasterUserPassword", "MasterUsername", "Port", "SecretArn", "Url", "sql-security-group-id", "sql-security-group-name", "vpc_id"],
            rds.Keys.Order(StringComparer.Ordinal));
        Assert.Equal($"mysql://testuser:{rds["MasterUserPassword"]}@{rds["Address"]}:3306/testdb", rds["Url"]);
        Assert.StartsWith("rediss://default:", (await host.OutputsAsync("elasticache"))["Url"], StringComparison.Ordinal);

        var deleted = await host.DeleteAsync();

        Assert.Equal(OperationState.Succeeded, deleted.State);
        Assert.Empty(await account.ContentsAsync());
        Assert.All(await account.CallsAsync(), call => Assert.Empty(call.Wrong));
    }
}
