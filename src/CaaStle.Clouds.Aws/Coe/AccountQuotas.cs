using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Coe;

/// <param name="Count">How many there are to be in all.</param>
internal sealed record WantedMachines(string InstanceType, int Count);

/// <summary>
/// What an account may have of something in a region, and whether a subject would be too much. Where AWS does not tell, nothing stands in
/// the way: it will say so itself when it is asked for more.
/// </summary>
/// <param name="scope">The subject's.</param>
internal sealed partial class AccountQuotas(AwsAccess access, AwsPlace at, Scope scope)
{
    public const string Networks = "ec2/network";
    public const string NetworkLoadBalancers = "network load balancers";
    public const string FargateProcessors = "processors of Fargate";

    private const string MachineProcessors = "processors of machines";
    private const int MostTypesAtOnce = 100;

    private Quota[] Quotas =>
    [
        new("rds/instance", "databases of RDS", "rds", "L-7B6409FD", DatabasesAsync),
        new("elb/load-balancer", "load balancers", "elasticloadbalancing", "L-53DA6B97", LoadBalancersAsync("application")),
        new(NetworkLoadBalancers, "network load balancers", "elasticloadbalancing", "L-69A177A2", LoadBalancersAsync("network")),
        new(Networks, "VPCs", "vpc", "L-F678F1CE", NetworksAsync),
        new("eks/cluster", "clusters of EKS", "eks", "L-1194D53C", ClustersAsync),
        new(MachineProcessors, "processors (vCPUs) of standard machines", "ec2", "L-1216C47A", ProcessorsAsync),
        // How many are in use only CloudWatch knows.
        new(FargateProcessors, "processors (vCPUs) of Fargate", "fargate", "L-3032A538", _ => Task.FromResult(new Amount(null))),
    ];

    /// <param name="Of">The kind of the objects that count, or what else is wanted.</param>
    private sealed record Quota(string Of, string Things, string ServiceCode, string QuotaCode, Func<CancellationToken, Task<Amount>> Ask);

    /// <param name="Used">Null where nobody tells.</param>
    /// <param name="Own">How much of that the subject has itself.</param>
    /// <param name="Max">Null where only Service Quotas knows.</param>
    private sealed record Amount(double? Used, double Own = 0, double? Max = null);

    private sealed record Value(ServiceQuota Quota);

    private sealed record ServiceQuota(double Value);

    private sealed record ClusterPage(IReadOnlyList<string> Clusters, string? NextToken);

    /// <param name="wanted">How much is wanted of what quotas are about.</param>
    public async Task<IReadOnlyList<string>> FindObstaclesAsync(
        IReadOnlyDictionary<string, double> wanted, WantedMachines? machines, CancellationToken cancellationToken)
    {
        var all = wanted.ToDictionary();
        if (machines is { Count: > 0 })
        {
            try
            {
                var processors = await ProcessorsOfAsync([machines.InstanceType], cancellationToken);
                all[MachineProcessors] = Standard().IsMatch(machines.InstanceType) ? machines.Count * processors.GetValueOrDefault(machines.InstanceType) : 0;
            }
            catch (CloudException e)
            {
                if (e.Code == "InvalidInstanceType")
                {
                    return [$"There are no machines of the type {machines.InstanceType} in {at.Region}: choose another instance_type. {e.Message}"];
                }
            }
        }

        var found = await Task.WhenAll(
            Quotas.Where(quota => all.GetValueOrDefault(quota.Of) > 0).Select(quota => FindObstacleAsync(quota, all[quota.Of], cancellationToken)));
        return [.. found.OfType<string>()];
    }

    private async Task<string?> FindObstacleAsync(Quota quota, double wanted, CancellationToken cancellationToken)
    {
        try
        {
            var amount = await quota.Ask(cancellationToken);
            var (used, needed) = (amount.Used ?? 0, wanted - amount.Own);
            var max = needed <= 0 ? double.MaxValue : amount.Max ?? await MaxAsync(quota, cancellationToken);
            return used + needed <= max
                ? null
                : $"The account {at.Account} may have {Text(max)} {quota.Things} in {at.Region}"
                    + (amount.Used is null ? $", and this needs {Text(needed)}. " : $" and has {Text(used)}, and this needs {Text(needed)} more. ")
                    + "Delete what is not needed, or ask AWS for more: `aws service-quotas request-service-quota-increase "
                    + $"--service-code {quota.ServiceCode} --quota-code {quota.QuotaCode} --desired-value {Math.Ceiling(used + needed)} "
                    + $"--region {at.Region}`.";
        }
        catch (CloudException)
        {
            return null;
        }
    }

    /// <summary>What holds for the account, or for all accounts where nothing was ever agreed on with it.</summary>
    private async Task<double> MaxAsync(Quota quota, CancellationToken cancellationToken)
    {
        var quotas = await access.OfAsync(AwsService.Quotas, at, cancellationToken);
        var which = new { quota.ServiceCode, quota.QuotaCode };
        var found = await quotas.CallAsync<Value>("GetServiceQuota", which, cancellationToken).OrNullAsync("NoSuchResourceException")
            ?? await quotas.CallAsync<Value>("GetAWSDefaultServiceQuota", which, cancellationToken);
        return found.Quota.Value;
    }

    private async Task<Amount> DatabasesAsync(CancellationToken cancellationToken)
    {
        var rds = await access.OfAsync(AwsService.Rds, at, cancellationToken);
        var answer = await rds.QueryAsync(new("DescribeAccountAttributes"), cancellationToken);
        return answer.List("AccountQuotas").FirstOrDefault(quota => quota.TextOrNull("AccountQuotaName") == "DBInstances") is { } found
            ? new(Number(found.Text("Used")), Max: Number(found.Text("Max")))
            : new(null);
    }

    private Func<CancellationToken, Task<Amount>> LoadBalancersAsync(string type) => async cancellationToken =>
    {
        var elb = await access.OfAsync(AwsService.Elb, at, cancellationToken);
        var limits = await elb.QueryAsync(new("DescribeAccountLimits"), cancellationToken);
        var most = limits.List("Limits").FirstOrDefault(limit => limit.TextOrNull("Name") == $"{type}-load-balancers");
        var found = await ListAsync(elb, new("DescribeLoadBalancers"), "LoadBalancers", "Marker", "NextMarker", cancellationToken);
        var names = found.Where(balancer => balancer.Text("Type") == type).Select(balancer => balancer.Text("LoadBalancerName")).ToList();
        var own = names.Count(name => name.EndsWith($"-{scope.Id}", StringComparison.Ordinal));
        return new(names.Count, own, most is null ? null : Number(most.Text("Max")));
    };

    private async Task<Amount> NetworksAsync(CancellationToken cancellationToken)
    {
        var ec2 = await access.OfAsync(AwsService.Ec2, at, cancellationToken);
        return new((await ListAsync(ec2, new("DescribeVpcs"), "vpcSet", "NextToken", "nextToken", cancellationToken)).Count);
    }

    private async Task<Amount> ClustersAsync(CancellationToken cancellationToken)
    {
        var eks = await access.OfAsync(AwsService.Eks, at, cancellationToken);
        var (used, token) = (0, (string?)null);
        do
        {
            var page = await eks.CallAsync<ClusterPage>(
                new AwsRequest("ListClusters", "GET /clusters").With("nextToken", token), cancellationToken);
            used += page.Clusters.Count;
            token = page.NextToken;
        }
        while (!string.IsNullOrEmpty(token));
        return new(used);
    }

    private async Task<Amount> ProcessorsAsync(CancellationToken cancellationToken)
    {
        var ec2 = await access.OfAsync(AwsService.Ec2, at, cancellationToken);
        var request = new AwsRequest("DescribeInstances")
            .With("Filter.1.Name", "instance-state-name")
            .WithList("Filter.1.Value", ["pending", "running"]);
        var machines = (await ListAsync(ec2, request, "reservationSet", "NextToken", "nextToken", cancellationToken))
            .SelectMany(reservation => reservation.List("instancesSet"))
            .Where(machine => Standard().IsMatch(machine.Text("instanceType")) && machine.TextOrNull("instanceLifecycle") != "spot")
            .Select(machine => (Type: machine.Text("instanceType"), IsOwn: IsOwn(machine)))
            .ToList();
        var processors = await ProcessorsOfAsync([.. machines.Select(machine => machine.Type).Distinct()], cancellationToken);
        return new(
            machines.Sum(machine => processors.GetValueOrDefault(machine.Type)),
            machines.Where(machine => machine.IsOwn).Sum(machine => processors.GetValueOrDefault(machine.Type)));
    }

    private bool IsOwn(XElement machine) => machine.Element("tagSet")?.Elements().Any(
        tag => tag.Element("key")?.Value == Marks.SubjectIdLabel && tag.Element("value")?.Value == scope.Id) == true;

    /// <returns>By type, without those that AWS tells nothing of.</returns>
    private async Task<Dictionary<string, double>> ProcessorsOfAsync(
        IReadOnlyList<string> types, CancellationToken cancellationToken)
    {
        var ec2 = await access.OfAsync(AwsService.Ec2, at, cancellationToken);
        var processors = new Dictionary<string, double>();
        foreach (var some in types.Chunk(MostTypesAtOnce))
        {
            var answer = await ec2.QueryAsync(new AwsRequest("DescribeInstanceTypes").WithList("InstanceType", some), cancellationToken);
            foreach (var type in answer.List("instanceTypeSet"))
            {
                processors[type.Text("instanceType")] = Number(type.Text("defaultVCpus"));
            }
        }

        return processors;
    }

    /// <summary>Page by page.</summary>
    private static async Task<IReadOnlyList<XElement>> ListAsync(
        AwsClient client, AwsRequest request, string list, string token, string next, CancellationToken cancellationToken)
    {
        var found = new List<XElement>();
        while (true)
        {
            var page = await client.QueryAsync(request, cancellationToken);
            found.AddRange(page.List(list));
            if (page.TextOrNull(next) is not { Length: > 0 } more)
            {
                return found;
            }

            request = request.Set(token, more);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The families of types that share one quota: A, C, D, H, I, M, R, T and Z.</summary>
    [GeneratedRegex("^([acdhimrtz]|im|is)[0-9]")]
    private static partial Regex Standard();
}
