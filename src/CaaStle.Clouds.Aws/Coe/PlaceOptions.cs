using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe;

/// <summary>Where an environment is, whatever its COE is.</summary>
internal static class PlaceOptions
{
    private const string RegionOption = "region";
    private const string ProfileOption = "profile";
    private const string VpcOption = "vpc";
    private const string SubnetsOption = "subnets";

    public static IReadOnlyList<OptionDescriptor> Descriptors { get; } =
    [
        new(RegionOption, OptionType.Text, "The region; that of the profile, or of AWS_REGION, where none is given.")
        {
            Pattern = "^[a-z]{2}(-[a-z]+)+-[0-9]+$",
            PatternMeaning = "a region's name, as us-west-2",
        },
        new(ProfileOption, OptionType.Text, "The profile in ~/.aws whose credentials are used."),
        new(VpcOption, OptionType.Text, "The VPC's id, or `new` for one of the environment's own; the region's default where none is "
            + "given, or a new one where it has none.")
        {
            Pattern = "^(new|vpc-[0-9a-f]+)$",
            PatternMeaning = "new, or a VPC's id, as vpc-0a1b2c3d",
        },
        new(SubnetsOption, OptionType.List, "Ids of subnets in two availability zones or more; those of the VPC where none are given."),
    ];

    public static IReadOnlyList<OutputDescriptor> Outputs { get; } =
    [
        new("Account", "The AWS account."),
        new("Region", "The region."),
        new("Profile", "The profile whose credentials are used; empty where none has to be named."),
        new("Vpc", "The VPC's id."),
        new("Subnets", "Ids of the subnets, with commas between them."),
    ];

    /// <summary>The place with its outputs.</summary>
    public static Node<PlaceState> AddTo(Blueprint plan, CoeRequest request)
    {
        var place = plan.SharePlace(request.Scope, _ => Read(request));
        plan.Output("Account", place, found => found.At.Account);
        plan.Output("Region", place, found => found.At.Region);
        plan.Output("Profile", place, found => found.At.Profile ?? "");
        plan.Output("Vpc", place, found => found.Vpc);
        plan.Output("Subnets", place, found => string.Join(',', found.Subnets));
        return place;
    }

    public static PlaceSpec Read(CoeRequest request) => new(
        request.Scope.ObjectName(EnvironmentObjects.PlaceKey),
        request.Options.TextOrNull(RegionOption),
        request.Options.TextOrNull(ProfileOption))
    {
        NeedsNetwork = true,
        Vpc = request.Options.TextOrNull(VpcOption),
        Subnets = request.Options.List(SubnetsOption),
    };
}
