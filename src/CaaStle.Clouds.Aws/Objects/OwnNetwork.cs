using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A VPC with a subnet in each of some availability zones, from which the Internet is reached, and which it reaches.</summary>
internal sealed record OwnNetworkSpec(AwsPlace At, string Name) : IPlacedSpec<OwnNetworkState>
{
    public string Identity => Name;
}

internal sealed record OwnNetworkState(string Vpc, IReadOnlyList<string> Subnets);

/// <summary>
/// None of the parts has a name that only one can have, so that each is found by the marks that it is made with. Where an answer was lost
/// there may be two of them: one stays.
/// </summary>
internal sealed class OwnNetworkHandler(AwsAccess access) : AwsObjectHandler<OwnNetworkSpec, OwnNetworkState>(access, AwsService.Ec2)
{
    private const int MostZones = 3;
    private const string Everywhere = "0.0.0.0/0";
    private const string Addresses = "10.0.0.0/16";

    private sealed record Gateway(string Id, string? Vpc);

    private sealed record Subnet(string Id, string Vpc, string Zone, bool HasPublicAddresses);

    private sealed record Parts(IReadOnlyList<string> Vpcs, IReadOnlyList<Gateway> Gateways, IReadOnlyList<Subnet> Subnets)
    {
        public bool AreNone => Vpcs.Count + Gateways.Count + Subnets.Count == 0;

        /// <summary>Of several the one that something is in already.</summary>
        public string? Vpc =>
            Vpcs.OrderByDescending(vpc => Gateways.Any(gateway => gateway.Vpc == vpc)).ThenBy(vpc => vpc).FirstOrDefault();

        public Gateway? GatewayOf(string vpc) =>
            Gateways.OrderByDescending(gateway => gateway.Vpc == vpc).ThenBy(gateway => gateway.Id).FirstOrDefault();
    }

    public override string Kind => "ec2/network";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ec2:AttachInternetGateway", "ec2:CreateInternetGateway", "ec2:CreateRoute", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpc",
        "ec2:DeleteInternetGateway", "ec2:DeleteSubnet", "ec2:DeleteVpc", "ec2:DescribeAvailabilityZones", "ec2:DescribeInternetGateways",
        "ec2:DescribeRouteTables", "ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:DetachInternetGateway", "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute",
    ];

    public override async Task<Observation<OwnNetworkState>> ReadAsync(
        OwnNetworkSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var parts = await FindAsync(ec2, call.Marks, cancellationToken);
        if (parts.AreNone)
        {
            return Observation.Absent<OwnNetworkState>();
        }

        // The route is made last.
        return parts is { Vpcs: [var vpc], Gateways.Count: 1 }
            && (await MainRouteTableAsync(ec2, vpc, cancellationToken)).List("routeSet").Any(
                route => route.TextOrNull("destinationCidrBlock") == Everywhere)
                ? Observation.Ready(
                    new OwnNetworkState(vpc, [.. parts.Subnets.Select(subnet => subnet.Id).Order(StringComparer.Ordinal)]), vpc)
                : Observation.InProgress<OwnNetworkState>("its network is there in part") with { NeedsCreate = true };
    }

    public override async Task CreateAsync(OwnNetworkSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var parts = await FindAsync(ec2, call.Marks, cancellationToken);
        var vpc = parts.Vpc ?? (await ec2.QueryAsync(
            Marked(new AwsRequest("CreateVpc").With("CidrBlock", Addresses), "vpc", spec, call), cancellationToken)).Text("vpcId");
        var gateway = parts.GatewayOf(vpc);
        await DeletePartsAsync(ec2, Without(parts, vpc, gateway), cancellationToken);
        if (gateway is null)
        {
            // Without it a database that is open to somebody has no address there.
            await ec2.QueryAsync(
                new AwsRequest("ModifyVpcAttribute").With("VpcId", vpc).With("EnableDnsHostnames.Value", true), cancellationToken);
            var made = await ec2.QueryAsync(
                Marked(new AwsRequest("CreateInternetGateway"), "internet-gateway", spec, call), cancellationToken);
            gateway = new(made.Text("internetGatewayId"), null);
        }

        if (gateway.Vpc is null)
        {
            await ec2.QueryAsync(
                new AwsRequest("AttachInternetGateway").With("InternetGatewayId", gateway.Id).With("VpcId", vpc), cancellationToken)
                .UnlessAsync("Resource.AlreadyAssociated");
        }

        await CreateSubnetsAsync(ec2, vpc, [.. parts.Subnets.Where(subnet => subnet.Vpc == vpc)], spec, call, cancellationToken);
        var routes = await MainRouteTableAsync(ec2, vpc, cancellationToken);
        await ec2.QueryAsync(
            new AwsRequest("CreateRoute")
                .With("RouteTableId", routes.Text("routeTableId"))
                .With("DestinationCidrBlock", Everywhere)
                .With("GatewayId", gateway.Id),
            cancellationToken).UnlessAsync("RouteAlreadyExists");
    }

    public override async Task DeleteAsync(OwnNetworkSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        await DeletePartsAsync(ec2, await FindAsync(ec2, call.Marks, cancellationToken), cancellationToken);
    }

    private static async Task CreateSubnetsAsync(
        AwsClient ec2, string vpc, IReadOnlyList<Subnet> present, OwnNetworkSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var answer = await ec2.QueryAsync(
            new AwsRequest("DescribeAvailabilityZones")
                .With("Filter.1.Name", "state").With("Filter.1.Value.1", "available")
                .With("Filter.2.Name", "zone-type").With("Filter.2.Value.1", "availability-zone"),
            cancellationToken);
        var zones = answer.List("availabilityZoneInfo").Select(zone => zone.Text("zoneName")).Order(StringComparer.Ordinal).Take(MostZones);
        foreach (var (index, zone) in zones.Index())
        {
            var subnet = present.FirstOrDefault(subnet => subnet.Zone == zone);
            if (subnet is null)
            {
                var request = new AwsRequest("CreateSubnet").With("VpcId", vpc).With("AvailabilityZone", zone)
                    .With("CidrBlock", $"10.0.{index * 16}.0/20");
                var made = await ec2.QueryAsync(Marked(request, "subnet", spec, call), cancellationToken);
                subnet = ReadSubnet(made.Element("subnet")!);
            }

            if (!subnet.HasPublicAddresses)
            {
                await ec2.QueryAsync(
                    new AwsRequest("ModifySubnetAttribute").With("SubnetId", subnet.Id).With("MapPublicIpOnLaunch.Value", true),
                    cancellationToken);
            }
        }
    }

    /// <summary>All but one VPC, what is in it, and one gateway.</summary>
    private static Parts Without(Parts parts, string vpc, Gateway? gateway) => new(
        [.. parts.Vpcs.Where(each => each != vpc)],
        [.. parts.Gateways.Where(each => each != gateway)],
        [.. parts.Subnets.Where(subnet => subnet.Vpc != vpc)]);

    private static async Task DeletePartsAsync(AwsClient ec2, Parts parts, CancellationToken cancellationToken)
    {
        foreach (var subnet in parts.Subnets)
        {
            await ec2.QueryAsync(new AwsRequest("DeleteSubnet").With("SubnetId", subnet.Id), cancellationToken)
                .UnlessAsync("InvalidSubnetID.NotFound");
        }

        foreach (var gateway in parts.Gateways)
        {
            if (gateway.Vpc is { } vpc)
            {
                await ec2.QueryAsync(
                    new AwsRequest("DetachInternetGateway").With("InternetGatewayId", gateway.Id).With("VpcId", vpc), cancellationToken)
                    .UnlessAsync("Gateway.NotAttached", "InvalidInternetGatewayID.NotFound");
            }

            await ec2.QueryAsync(new AwsRequest("DeleteInternetGateway").With("InternetGatewayId", gateway.Id), cancellationToken)
                .UnlessAsync("InvalidInternetGatewayID.NotFound");
        }

        foreach (var vpc in parts.Vpcs)
        {
            await ec2.QueryAsync(new AwsRequest("DeleteVpc").With("VpcId", vpc), cancellationToken).UnlessAsync("InvalidVpcID.NotFound");
        }
    }

    private static async Task<Parts> FindAsync(AwsClient ec2, Marks marks, CancellationToken cancellationToken)
    {
        async Task<IEnumerable<XElement>> ListAsync(string operation, string list) =>
            (await ec2.QueryAsync(WithMarks(new(operation), marks), cancellationToken)).List(list);

        var vpcs = await ListAsync("DescribeVpcs", "vpcSet");
        var gateways = await ListAsync("DescribeInternetGateways", "internetGatewaySet");
        var subnets = await ListAsync("DescribeSubnets", "subnetSet");
        return new(
            [.. vpcs.Select(vpc => vpc.Text("vpcId"))],
            [.. gateways.Select(gateway => new Gateway(gateway.Text("internetGatewayId"), gateway.TextOrNull("vpcId")))],
            [.. subnets.Select(ReadSubnet)]);
    }

    private static Subnet ReadSubnet(XElement subnet) => new(
        subnet.Text("subnetId"),
        subnet.Text("vpcId"),
        subnet.Text("availabilityZone"),
        subnet.TextOrNull("mapPublicIpOnLaunch") == "true");

    private static async Task<XElement> MainRouteTableAsync(AwsClient ec2, string vpc, CancellationToken cancellationToken) =>
        await ec2.QueryAsync(
            new AwsRequest("DescribeRouteTables")
                .With("Filter.1.Name", "vpc-id").With("Filter.1.Value.1", vpc)
                .With("Filter.2.Name", "association.main").With("Filter.2.Value.1", "true"),
            cancellationToken);

    private static AwsRequest WithMarks(AwsRequest request, Marks marks) => request
        .With("Filter.1.Name", $"tag:{Marks.SubjectIdLabel}").With("Filter.1.Value.1", marks.SubjectId)
        .With("Filter.2.Name", $"tag:{Marks.KeyLabel}").With("Filter.2.Value.1", AwsTags.Of(marks, "")[Marks.KeyLabel]);

    private static AwsRequest Marked(AwsRequest request, string resourceType, OwnNetworkSpec spec, ObjectCall call) => request
        .With("TagSpecification.1.ResourceType", resourceType)
        .WithTags("TagSpecification.1.Tag", AwsTags.Of(call.Marks, spec.Name));
}
