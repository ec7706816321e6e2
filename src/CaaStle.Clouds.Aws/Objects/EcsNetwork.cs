namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Where tasks of Fargate are: with a public address, without which they could not pull their images.</summary>
internal static class EcsNetwork
{
    public static object Of(IReadOnlyList<string> subnets, params IReadOnlyList<string> securityGroups) => new
    {
        awsvpcConfiguration = new { subnets, securityGroups, assignPublicIp = "ENABLED" },
    };
}
