using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>What tasks may do in AWS, by the names of what is theirs: they end with the id of the environment or the application.</summary>
internal static class TaskPolicy
{
    /// <summary>For applications: the environment's tables and buckets.</summary>
    public static string OfEnvironment(AwsPlace at, Scope environment)
    {
        var own = $"*-{environment.Id}";
        return Write(
            (["dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan", "dynamodb:DescribeTable"],
                [$"arn:aws:dynamodb:{at.Region}:{at.Account}:table/{own}",
                    $"arn:aws:dynamodb:{at.Region}:{at.Account}:table/{own}/index/*"]),
            (["s3:ListBucket", "s3:GetBucketLocation"], [$"arn:aws:s3:::{own}"]),
            (["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [$"arn:aws:s3:::{own}/*"]));
    }

    /// <summary>For ECS itself, which starts the containers: the application's secret.</summary>
    public static string ToReadSecrets(AwsPlace at, Scope application) =>
        Write((["secretsmanager:GetSecretValue"], [$"arn:aws:secretsmanager:{at.Region}:{at.Account}:secret:*-{application.Id}-*"]));

    private static string Write(params IEnumerable<(string[] Actions, string[] Resources)> statements) => JsonSerializer.Serialize(new
    {
        Version = "2012-10-17",
        Statement = statements.Select(statement => new { Effect = "Allow", Action = statement.Actions, Resource = statement.Resources }),
    });
}
