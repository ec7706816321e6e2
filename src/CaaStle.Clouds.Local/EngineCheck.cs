using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Clouds.Local.Coe.LocalDocker;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local;

/// <summary>Looks for what will soon be a problem with Docker's engine.</summary>
internal sealed class EngineCheck(DockerClient docker)
{
    /// <summary>How many networks Docker has addresses for where nobody has configured pools.</summary>
    private const int UsualNetworks = 31;

    private const int FewNetworks = 5;
    private const long LittleSpace = 5L << 30;
    private const long TooLittleSpace = 500L << 20;

    public async Task<IReadOnlyList<CheckOutcome>> RunAsync(CancellationToken cancellationToken)
    {
        var info = await docker.GetAsync<EngineInfo>("info", cancellationToken);
        var outcomes = new List<CheckOutcome>
        {
            CheckOutcome.Passed("engine", $"Docker {info.ServerVersion}, API {await docker.ReadVersionAsync(cancellationToken)}"),
        };
        if (docker.IsOnThisMachine && info.DockerRootDir is { } root)
        {
            outcomes.Add(CheckSpace(root));
        }

        outcomes.Add(await CheckNetworksAsync(info, cancellationToken));
        outcomes.Add(await CheckProxyImageAsync(cancellationToken));
        return outcomes;
    }

    private static CheckOutcome CheckSpace(string root)
    {
        const string Name = "disk";
        try
        {
            var free = new DriveInfo(root).AvailableFreeSpace;
            var detail = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GB free for Docker in {root}");
            return free switch
            {
                < TooLittleSpace => CheckOutcome.Failed(Name, detail, "docker system df", "docker system prune"),
                < LittleSpace => CheckOutcome.Warned(Name, detail, "docker system df", "docker system prune"),
                _ => CheckOutcome.Passed(Name, detail),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckOutcome.Warned(Name, $"How much space Docker has in {root} cannot be seen: {e.Message}", $"sudo df -h {root}");
        }
    }

    /// <summary>Each environment has a network, and Docker gives each network addresses out of pools that end.</summary>
    private async Task<CheckOutcome> CheckNetworksAsync(EngineInfo info, CancellationToken cancellationToken)
    {
        const string Name = "networks";
        var path = DockerClient.Path("networks", ("filters", DockerClient.Filters(("driver", "bridge"))));
        var used = (await docker.GetAsync<IReadOnlyList<NetworkSummary>>(path, cancellationToken)).Count;
        var possible = info.DefaultAddressPools is { Count: > 0 } pools ? pools.Sum(NetworksOf) : UsualNetworks;
        var detail = $"{used} of about {possible} networks are in use";
        string[] fix = ["docker network ls", "docker network prune"];
        return (possible - used) switch
        {
            <= 0 => CheckOutcome.Failed(Name, detail, fix),
            <= FewNetworks => CheckOutcome.Warned(Name, detail, fix),
            _ => CheckOutcome.Passed(Name, detail),
        };
    }

    private static long NetworksOf(AddressPool pool) =>
        pool.Base.LastIndexOf('/') is > 0 and var slash
            && int.TryParse(pool.Base.AsSpan(slash + 1), CultureInfo.InvariantCulture, out var length)
            && pool.Size - length is >= 0 and < 32 and var bits
            ? 1L << bits
            : 1;

    private async Task<CheckOutcome> CheckProxyImageAsync(CancellationToken cancellationToken)
    {
        const string Name = "proxy image";
        if (await docker.FindImageAsync(ImageReference.Parse(ProxyContainer.Image), cancellationToken) is not null)
        {
            return CheckOutcome.Passed(Name, $"{ProxyContainer.Image}, which applications are reached through, is there");
        }

        try
        {
            await docker.GetAsync<object>($"distribution/{ProxyContainer.Image}/json", cancellationToken);
            return CheckOutcome.Passed(Name, $"{ProxyContainer.Image}, which applications are reached through, can be pulled");
        }
        catch (CloudException e)
        {
            return CheckOutcome.Failed(
                Name,
                $"{ProxyContainer.Image}, which applications are reached through, is not on this machine and cannot be pulled: {e.Message}",
                $"docker pull {ProxyContainer.Image}");
        }
    }
}
