using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>A named volume, which outlives the containers that mount it.</summary>
internal sealed record VolumeSpec(string Name) : ICloudObjectSpec<VolumeState>
{
    public string Identity => Name;

    public bool HoldsData => true;
}

internal sealed record VolumeState(string Name);

internal sealed class VolumeHandler(DockerClient docker) : CloudObjectHandler<VolumeSpec, VolumeState>
{
    public override string Kind => "docker/volume";

    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(1);

    public override async Task<Observation<VolumeState>> ReadAsync(VolumeSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var found = await docker.FindAsync<VolumeInspection>($"volumes/{spec.Name}", cancellationToken);
        if (found is null)
        {
            return Observation.Absent<VolumeState>();
        }

        return call.Marks.Owns(found.Labels)
            ? Observation.Ready(new VolumeState(found.Name))
            : Observation.Foreign<VolumeState>($"a Docker volume named {spec.Name} that something else made");
    }

    public override Task CreateAsync(VolumeSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        docker.PostAsync("volumes/create", new { spec.Name, Labels = call.Marks.ToLabels() }, cancellationToken);

    public override Task DeleteAsync(VolumeSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        docker.DeleteAsync($"volumes/{spec.Name}", cancellationToken);
}
