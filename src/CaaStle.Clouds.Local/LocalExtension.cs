using CaaStle.Abstractions;
using CaaStle.Clouds.Local;
using CaaStle.Docker;

[assembly: CloudExtension(typeof(LocalExtension), 1)]

namespace CaaStle.Clouds.Local;

/// <summary>Offers this machine's Docker engine as the cloud <c>local</c>.</summary>
public sealed class LocalExtension : ICloudExtension
{
    /// <summary>The engine is the one that Docker's own client would use; whether it is there is asked only when it is used.</summary>
    public ICloud Create(CloudServices services)
    {
        var record = new EngineRecord(Path.Combine(services.DataFolder, "engine"));
        return new LocalCloud(DockerClient.Find(Environment.GetEnvironmentVariable, record, services.Clock), services.Clock);
    }
}
