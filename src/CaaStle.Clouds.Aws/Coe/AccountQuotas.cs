using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Coe;

/// <summary>
/// What an account may have of something in a region, and whether an environment would be too much. Where AWS does not tell, nothing stands
/// in the way: it will say so itself when it is asked for more.
/// </summary>
internal sealed class AccountQuotas(AwsAccess access, AwsPlace at)
{
    private sealed record Quota(string Kind, string Things, string ServiceCode, string QuotaCode);

    private static readonly Quota Databases = new("rds/instance", "databases of RDS", "rds", "L-7B6409FD");
    private static readonly Quota LoadBalancers = new("elb/load-balancer", "load balancers", "elasticloadbalancing", "L-53DA6B97");

    /// <param name="added">How many objects of each kind would be made.</param>
    public async Task<IReadOnlyList<string>> FindObstaclesAsync(
        IReadOnlyDictionary<string, int> added, CancellationToken cancellationToken)
    {
        var obstacles = new List<string>();
        foreach (var (quota, ask) in new (Quota, Func<AwsPlace, CancellationToken, Task<(long Used, long Max)?>>)[]
            { (Databases, CountDatabasesAsync), (LoadBalancers, CountLoadBalancersAsync) })
        {
            if (added.TryGetValue(quota.Kind, out var needed) && await TryAsync(ask, at, cancellationToken) is var (used, max)
                && used + needed > max)
            {
                obstacles.Add(
                    $"The account {at.Account} may have {max} {quota.Things} in {at.Region} and has {used}, and this needs {needed} more. "
                    + "Delete what is not needed, or ask AWS for more: `aws service-quotas request-service-quota-increase "
                    + $"--service-code {quota.ServiceCode} --quota-code {quota.QuotaCode} --desired-value {used + needed} "
                    + $"--region {at.Region}`.");
            }
        }

        return obstacles;
    }

    private static async Task<(long, long)?> TryAsync(
        Func<AwsPlace, CancellationToken, Task<(long, long)?>> ask, AwsPlace at, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(at, cancellationToken);
        }
        catch (CloudException)
        {
            return null;
        }
    }

    private async Task<(long, long)?> CountDatabasesAsync(AwsPlace at, CancellationToken cancellationToken)
    {
        var rds = await access.OfAsync(AwsService.Rds, at, cancellationToken);
        var answer = await rds.QueryAsync(new("DescribeAccountAttributes"), cancellationToken);
        return answer.List("AccountQuotas").FirstOrDefault(quota => quota.TextOrNull("AccountQuotaName") == "DBInstances") is { } found
            ? (Number(found.Text("Used")), Number(found.Text("Max")))
            : null;
    }

    private async Task<(long, long)?> CountLoadBalancersAsync(AwsPlace at, CancellationToken cancellationToken)
    {
        var elb = await access.OfAsync(AwsService.Elb, at, cancellationToken);
        var limits = await elb.QueryAsync(new("DescribeAccountLimits"), cancellationToken);
        if (limits.List("Limits").FirstOrDefault(limit => limit.TextOrNull("Name") == "application-load-balancers") is not { } found)
        {
            return null;
        }

        var (used, marker) = (0L, (string?)null);
        do
        {
            var page = await elb.QueryAsync(new AwsRequest("DescribeLoadBalancers").With("Marker", marker), cancellationToken);
            used += page.List("LoadBalancers").Count(balancer => balancer.TextOrNull("Type") == "application");
            marker = page.TextOrNull("NextMarker");
        }
        while (!string.IsNullOrEmpty(marker));
        return (used, Number(found.Text("Max")));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
