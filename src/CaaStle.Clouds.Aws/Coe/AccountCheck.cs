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
    public async Task<IReadOnlyList<string>> FindObstaclesAsync(
        PlaceSpec place, IReadOnlyDictionary<string, int> added, CancellationToken cancellationToken)
    {
        AwsPlace at;
        try
        {
            at = await access.FindPlaceAsync(place.Profile, place.Region, cancellationToken);
        }
        catch (CloudException e)
        {
            return e.Fault == CloudFault.Refused ? [e.Message] : [];
        }

        var found = await Task.WhenAll(
            new AccountQuotas(access, at).FindObstaclesAsync(added, cancellationToken),
            FindObstaclesAsync(at, added.Keys, cancellationToken));
        return [.. found.SelectMany(obstacles => obstacles)];
    }

    /// <summary>For an application that is not there yet.</summary>
    public Task<IReadOnlyList<string>> FindObstaclesAsync(AwsPlace at, Blueprint plan, CancellationToken cancellationToken) =>
        FindObstaclesAsync(at, plan.Nodes.OfType<IObjectNode>().Select(node => kinds[node.StateType]), cancellationToken);

    private async Task<IReadOnlyList<string>> FindObstaclesAsync(AwsPlace at, IEnumerable<string> made, CancellationToken cancellationToken)
    {
        var needed = made.Where(byKind.ContainsKey).SelectMany(kind => byKind[kind].Actions).ToHashSet();
        return needed.Count == 0
            ? []
            : await new AccountPermissions(access, at).FindObstaclesAsync([.. needed.Union(MarkedScan.Actions)], cancellationToken);
    }
}
