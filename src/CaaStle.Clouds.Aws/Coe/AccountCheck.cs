using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe;

/// <summary>What can be asked about an account before anything is made there. Where AWS does not tell, nothing stands in the way.</summary>
internal sealed class AccountCheck(AwsAccess access, IReadOnlyList<ICloudObjectHandler> handlers)
{
    private readonly Dictionary<string, INeedsPermission> byKind =
        handlers.OfType<INeedsPermission>().ToDictionary(handler => handler.Kind);

    private readonly Dictionary<Type, string> kinds = handlers.ToDictionary(handler => handler.StateType, handler => handler.Kind);

    /// <summary>For an environment.</summary>
    /// <param name="added">How many objects of each kind would be made.</param>
    /// <param name="machines">Those that there are to be.</param>
    public async Task<IReadOnlyList<string>> FindObstaclesAsync(
        CoeRequest request, IReadOnlyDictionary<string, int> added, WantedMachines? machines, CancellationToken cancellationToken)
    {
        var place = PlaceOptions.Read(request);
        var (at, obstacles) = await FindPlaceAsync(place, cancellationToken);
        if (at is null)
        {
            return obstacles;
        }

        var wanted = added.ToDictionary(kind => kind.Key, kind => (double)kind.Value);
        if (added.ContainsKey(kinds[typeof(PlaceState)]) && await HasNoNetworkAsync(place, at, cancellationToken))
        {
            wanted[AccountQuotas.Networks] = 1;
        }

        return await FindObstaclesAsync(at, request.Scope, wanted.Keys, wanted, machines, cancellationToken);
    }

    /// <summary>For a container.</summary>
    public async Task<IReadOnlyList<string>> FindObstaclesAsync(
        PlaceSpec place, Scope scope, Blueprint plan, CancellationToken cancellationToken)
    {
        var (at, obstacles) = await FindPlaceAsync(place, cancellationToken);
        return at is null
            ? obstacles
            : await FindObstaclesAsync(at, scope, plan, new Dictionary<string, double>(), cancellationToken);
    }

    /// <summary>For an application.</summary>
    /// <param name="plan">What it consists of; null where it is there already.</param>
    /// <param name="wanted">How much it wants of what quotas are about.</param>
    public Task<IReadOnlyList<string>> FindObstaclesAsync(
        AwsPlace at, Scope scope, Blueprint? plan, IReadOnlyDictionary<string, double> wanted, CancellationToken cancellationToken)
    {
        // Where it is has been found out by now, and no network is looked for.
        var objects = plan?.Nodes.OfType<IObjectNode>().Where(node => node.StateType != typeof(PlaceState)) ?? [];
        return FindObstaclesAsync(
            at, scope, objects.Select(node => kinds[node.StateType]), wanted, machines: null, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> FindObstaclesAsync(
        AwsPlace at,
        Scope scope,
        IEnumerable<string> made,
        IReadOnlyDictionary<string, double> wanted,
        WantedMachines? machines,
        CancellationToken cancellationToken)
    {
        var actions = made.Where(byKind.ContainsKey).SelectMany(kind => byKind[kind].Actions).ToHashSet();
        var found = await Task.WhenAll(
            new AccountQuotas(access, at, scope).FindObstaclesAsync(wanted, machines, cancellationToken),
            actions.Count == 0
                ? Task.FromResult<IReadOnlyList<string>>([])
                : new AccountPermissions(access, at).FindObstaclesAsync([.. actions.Union(MarkedScan.Actions)], cancellationToken));
        return [.. found.SelectMany(obstacles => obstacles)];
    }

    /// <returns>No place where it is not known, and nothing more can be asked; with the reason where that is the user's to change.</returns>
    private async Task<(AwsPlace? At, IReadOnlyList<string> Obstacles)> FindPlaceAsync(PlaceSpec place, CancellationToken cancellationToken)
    {
        try
        {
            return (await access.FindPlaceAsync(place.Profile, place.Region, cancellationToken), []);
        }
        catch (CloudException e)
        {
            return (null, e.Fault == CloudFault.Refused ? [e.Message] : []);
        }
    }

    /// <summary>Whether the environment gets a network of its own.</summary>
    private async Task<bool> HasNoNetworkAsync(PlaceSpec place, AwsPlace at, CancellationToken cancellationToken)
    {
        try
        {
            return place.Vpc == PlaceSpec.NewVpc
                || (place.Vpc is null && await PlaceHandler.FindVpcAsync(
                    await access.OfAsync(AwsService.Ec2, at, cancellationToken), null, cancellationToken) is null);
        }
        catch (CloudException)
        {
            return false;
        }
    }
}
