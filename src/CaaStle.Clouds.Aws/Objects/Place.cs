using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>
/// What a subject stands on, found out once and kept in the ledger of this installation, for later it might be found otherwise: the account
/// and region that the credentials belong to, and the network there.
/// </summary>
/// <param name="Region">Null for the user's.</param>
/// <param name="Profile">Null for the user's.</param>
/// <param name="Vpc">Null for the region's default.</param>
/// <param name="Subnets">Empty for those of the VPC.</param>
internal sealed record PlaceSpec(string Name, string? Region, string? Profile) : ICloudObjectSpec<PlaceState>
{
    public string Identity => Name;

    public string RateLimitScope => Region ?? "";

    /// <summary>Where it is, when that is known already: in the environment that the subject belongs to.</summary>
    public PlaceState? Known { get; init; }

    public bool NeedsNetwork { get; init; }

    public string? Vpc { get; init; }

    public IReadOnlyList<string> Subnets { get; init; } = [];
}

/// <param name="Vpc">Empty where no network is needed.</param>
internal sealed record PlaceState(AwsPlace At, string Vpc, IReadOnlyList<string> Subnets);

internal sealed class PlaceHandler(AwsAccess access, PlaceLedger ledger) : CloudObjectHandler<PlaceSpec, PlaceState>
{
    public override string Kind => "aws/place";

    public override Task<Observation<PlaceState>> ReadAsync(PlaceSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        Task.FromResult(ledger.Find(call.Marks.SubjectId) is { InUse: true } entry && entry.Key == call.Marks.Key
            ? Observation.Ready(entry.Place, $"{entry.Place.At.Region}, account {entry.Place.At.Account}")
            : Observation.Absent<PlaceState>());

    public override async Task CreateAsync(PlaceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (spec.Known is { } known)
        {
            ledger.Write(call.Marks.SubjectId, new(call.Marks.Key, known, InUse: true));
            return;
        }

        var at = await access.FindPlaceAsync(spec.Profile, spec.Region, cancellationToken);
        var (vpc, subnets) = spec.NeedsNetwork ? await FindNetworkAsync(spec, at, cancellationToken) : ("", []);
        ledger.Write(call.Marks.SubjectId, new(call.Marks.Key, new(at, vpc, subnets), InUse: true));
    }

    public override Task DeleteAsync(PlaceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (ledger.Find(call.Marks.SubjectId) is { } entry)
        {
            ledger.Write(call.Marks.SubjectId, entry with { InUse = false });
        }

        return Task.CompletedTask;
    }

    private async Task<(string Vpc, IReadOnlyList<string> Subnets)> FindNetworkAsync(
        PlaceSpec spec, AwsPlace at, CancellationToken cancellationToken)
    {
        var ec2 = await access.OfAsync(AwsService.Ec2, at, cancellationToken);
        var vpcs = new AwsRequest("DescribeVpcs");
        vpcs = spec.Vpc is { } wanted
            ? vpcs.With("VpcId.1", wanted)
            : vpcs.With("Filter.1.Name", "is-default").With("Filter.1.Value.1", "true");
        var found = (await ec2.QueryAsync(vpcs, cancellationToken)).List("vpcSet").FirstOrDefault() ?? throw new CloudException(
            CloudFault.Refused,
            $"The account {at.Account} has no default VPC in {at.Region}. Name one by `vpc:`, or make one: "
            + $"`aws ec2 create-default-vpc --region {at.Region}`.");
        var vpc = found.Text("vpcId");
        var answer = await ec2.QueryAsync(
            new AwsRequest("DescribeSubnets").With("Filter.1.Name", "vpc-id").With("Filter.1.Value.1", vpc), cancellationToken);
        var subnets = answer.List("subnetSet")
            .Select(subnet => (
                Id: subnet.Text("subnetId"), Zone: subnet.Text("availabilityZone"), IsDefault: subnet.Text("defaultForAz") == "true"))
            .ToList();
        if (spec.Subnets.Where(wanted => subnets.All(subnet => subnet.Id != wanted)).ToList() is [_, ..] missing)
        {
            var present = string.Join(", ", subnets.Select(subnet => subnet.Id));
            throw new CloudException(CloudFault.Refused, $"{vpc} has no subnet {string.Join(", ", missing)}; it has {present}.");
        }

        var chosen = subnets.Where(subnet => spec.Subnets.Count > 0 ? spec.Subnets.Contains(subnet.Id) : subnet.IsDefault).ToList();
        chosen = chosen.Count > 0 ? chosen : subnets;
        if (chosen.Select(subnet => subnet.Zone).Distinct().Count() < 2)
        {
            throw new CloudException(
                CloudFault.Refused,
                $"Databases and load balancers need subnets in two availability zones, and {vpc} has {chosen.Count} in one. "
                + "Name others by `subnets:`.");
        }

        return (vpc, [.. chosen.Select(subnet => subnet.Id).Order(StringComparer.Ordinal)]);
    }
}
