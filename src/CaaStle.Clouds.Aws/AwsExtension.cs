using CaaStle.Abstractions;
using CaaStle.Clouds.Aws;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Objects;
using CaaStle.Docker;

[assembly: CloudExtension(typeof(AwsExtension), 1)]

namespace CaaStle.Clouds.Aws;

/// <summary>Offers Amazon Web Services as the cloud <c>aws</c>.</summary>
public sealed class AwsExtension : ICloudExtension
{
    /// <summary>Credentials are those that AWS's own tools would use; whether there are any is asked only when they are needed.</summary>
    public ICloud Create(CloudServices services) => new AwsCloud(
        new(Environment.GetEnvironmentVariable),
        new(Path.Combine(services.DataFolder, "places"), services.Clock),
        Path.Combine(services.DataFolder, "keys"),
        DockerClient.Find(Environment.GetEnvironmentVariable, record: null, services.Clock),
        services.Clock);
}
