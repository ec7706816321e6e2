using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>
/// What a subject stands on, found out once and kept in the ledger of this installation, for later it might be found otherwise: the account
/// and region that the credentials belong to, and the network there, which is made where there is none.
/// </summary>
/// <param name="Region">Null for the user's.</param>
/// <param name="Profile">Null for the user's.</param>
/// <param name="Vpc"><see cref="NewVpc"/>, or null for the region's default, or a new one where it has none.</param>
/// <param name="Subnets">Empty for those of the VPC.</param>
internal sealed record PlaceSpec(string Name, string? Region, string? Profile) : ICloudObjectSpec<PlaceState>
{
    public const string NewVpc = "new";

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

internal sealed class PlaceHandler(AwsAccess access, PlaceLedger ledger, OwnNetworkHandler networks, TimeProvider clock)
    : CloudObjectHandler<PlaceSpec, PlaceState>, INeedsPermission
{
    public override string Kind => "aws/place";

    public IReadOnlyList<string> Actions { get; } = ["ec2:DescribeSubnets", "ec2:DescribeVpcs"];

    public override async Task<Observation<PlaceState>> ReadAsync(PlaceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (Find(call) is not { } entry)
        {
            return Observation.Absent<PlaceState>();
        }

        var word = $"{entry.Place.At.Region}, account {entry.Place.At.Account}";
        if (entry.OwnNetwork is null)
        {
            return entry.InUse ? Observation.Ready(entry.Place, word) : Observation.Absent<PlaceState>();
        }

        // What was asked for a moment ago may not be visible yet, and must not be made twice, nor be left behind.
        var isUnsettled = clock.GetUtcNow() - entry.AskedAt < networks.SettlesWithin;
        var network = await networks.ReadAsync(NetworkOf(entry), call, cancellationToken);
        return network switch
        {
            { Condition: Condition.Ready, State: { } made } when entry.InUse =>
                Observation.Ready(entry.Place with { Vpc = made.Vpc, Subnets = made.Subnets }, $"{word}, {made.Vpc}"),
            _ when isUnsettled => Observation.InProgress<PlaceState>("waiting for its network to appear"),
            { Condition: Condition.Absent } when !entry.InUse => Observation.Absent<PlaceState>(),
            _ => Observation.InProgress<PlaceState>(network.Word) with { NeedsCreate = true },
        };
    }

    public override async Task CreateAsync(PlaceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var entry = Find(call) ?? await DecideAsync(spec, call, cancellationToken);
        Write(entry, call);
        if (entry.OwnNetwork is null)
        {
            return;
        }

        try
        {
            await networks.CreateAsync(NetworkOf(entry), call, cancellationToken);
        }
        catch
        {
            // An answer may have been waited for long before it was lost.
            Write(entry, call);
            throw;
        }
    }

    public override async Task DeleteAsync(PlaceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (Find(call) is { } entry)
        {
            if (entry.OwnNetwork is not null)
            {
                await networks.DeleteAsync(NetworkOf(entry), call, cancellationToken);
            }

            ledger.Write(call.Marks.SubjectId, entry with { InUse = false });
        }
    }

    /// <param name="wanted">The id; null for the region's default.</param>
    public static async Task<string?> FindVpcAsync(AwsClient ec2, string? wanted, CancellationToken cancellationToken)
    {
        var request = new AwsRequest("DescribeVpcs");
        var answer = await ec2.QueryAsync(
            wanted is null
                ? request.With("Filter.1.Name", "is-default").With("Filter.1.Value.1", "true")
                : request.With("VpcId.1", wanted),
            cancellationToken);
        return answer.List("vpcSet").FirstOrDefault()?.Text("vpcId");
    }

    private void Write(LedgerEntry entry, ObjectCall call) =>
        ledger.Write(call.Marks.SubjectId, entry with { AskedAt = clock.GetUtcNow() });

    private LedgerEntry? Find(ObjectCall call) =>
        ledger.Find(call.Marks.SubjectId) is { } entry && entry.Key == call.Marks.Key ? entry : null;

    private static OwnNetworkSpec NetworkOf(LedgerEntry entry) => new(entry.Place.At, entry.OwnNetwork!);

    private async Task<LedgerEntry> DecideAsync(PlaceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (spec.Known is { } known)
        {
            return new(call.Marks.Key, known, InUse: true);
        }

        var at = await access.FindPlaceAsync(spec.Profile, spec.Region, cancellationToken);
        if (!spec.NeedsNetwork)
        {
            return new(call.Marks.Key, new(at, "", []), InUse: true);
        }

        return await FindNetworkAsync(spec, at, cancellationToken) is var (vpc, subnets)
            ? new(call.Marks.Key, new(at, vpc, subnets), InUse: true)
            : new(call.Marks.Key, new(at, "", []), InUse: true) { OwnNetwork = spec.Name };
    }

    /// <returns>Null where it has to be made.</returns>
    private async Task<(string Vpc, IReadOnlyList<string> Subnets)?> FindNetworkAsync(
        PlaceSpec spec, AwsPlace at, CancellationToken cancellationToken)
    {
        if (spec.Vpc == PlaceSpec.NewVpc)
        {
            return spec.Subnets.Count == 0 ? null : throw new CloudException(
                CloudFault.Refused, "A new VPC has subnets of its own: leave out `subnets`, or name their VPC by `vpc:`.");
        }

        var ec2 = await access.OfAsync(AwsService.Ec2, at, cancellationToken);
        if (await FindVpcAsync(ec2, spec.Vpc, cancellationToken) is not { } vpc)
        {
            return spec.Subnets.Count == 0 ? null : throw new CloudException(
                CloudFault.Refused,
                $"The account {at.Account} has no default VPC in {at.Region}: name the one of these `subnets` by `vpc:`.");
        }

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
