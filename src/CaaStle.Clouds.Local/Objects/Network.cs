using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>A bridge network on which containers find each other by name.</summary>
internal sealed record NetworkSpec(string Name) : ICloudObjectSpec<NetworkState>
{
    public string Identity => Name;
}

internal sealed record NetworkState(string Id, string Name);

internal sealed class NetworkHandler(DockerClient docker) : CloudObjectHandler<NetworkSpec, NetworkState>
{
    public override string Kind => "docker/network";

    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(1);

    public override async Task<Observation<NetworkState>> ReadAsync(NetworkSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var named = await FindAsync(spec, cancellationToken);
        if (named.FirstOrDefault(network => call.Marks.Owns(network.Labels)) is { } ours)
        {
            return Observation.Ready(new NetworkState(ours.Id, ours.Name));
        }

        return named.Count == 0
            ? Observation.Absent<NetworkState>()
            : Observation.Foreign<NetworkState>($"a Docker network named {spec.Name} that something else made");
    }

    public override async Task CreateAsync(NetworkSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        try
        {
            await docker.PostAsync(
                "networks/create",
                new { spec.Name, Driver = "bridge", CheckDuplicate = true, Labels = call.Marks.ToLabels() },
                cancellationToken);
        }
        catch (CloudException e) when (e.Message.Contains("address pool", StringComparison.OrdinalIgnoreCase))
        {
            throw new CloudException(
                CloudFault.Refused,
                $"{e.Message.TrimEnd('.')}. Docker has too many networks: see `docker network ls`, remove those not needed with `docker network rm`.",
                e)
            {
                Code = e.Code,
            };
        }
    }

    public override async Task DeleteAsync(NetworkSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        foreach (var network in await FindAsync(spec, cancellationToken))
        {
            if (!call.Marks.Owns(network.Labels))
            {
                continue;
            }

            try
            {
                await docker.DeleteAsync($"networks/{network.Id}", cancellationToken);
            }
            catch (CloudException e) when (e.Code == "403")
            {
                // Containers are still attached.
                throw new CloudException(CloudFault.Busy, e.Message, e) { Code = e.Code };
            }
        }
    }

    /// <summary>Docker allows several networks of one name, and its filter takes parts of names.</summary>
    private async Task<IReadOnlyList<NetworkSummary>> FindAsync(NetworkSpec spec, CancellationToken cancellationToken)
    {
        var path = DockerClient.Path("networks", ("filters", DockerClient.Filters(("name", spec.Name))));
        var similar = await docker.GetAsync<IReadOnlyList<NetworkSummary>>(path, cancellationToken);
        return [.. similar.Where(network => network.Name == spec.Name)];
    }
}
