using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>Amazon's Elastic Container Service on Fargate.</summary>
internal sealed class EcsCoe : ICoeType, IApplicationCheck
{
    private const string RegionOption = "region";
    private const string ProfileOption = "profile";
    private const string VpcOption = "vpc";
    private const string SubnetsOption = "subnets";

    public TypeDescriptor Descriptor { get; } = new(
        "ecs",
        "Amazon's Elastic Container Service on Fargate, which needs no machines.",
        [
            new(RegionOption, OptionType.Text, "The region; that of the profile, or of AWS_REGION, where none is given.")
            {
                Pattern = "^[a-z]{2}(-[a-z]+)+-[0-9]+$",
                PatternMeaning = "a region's name, as us-west-2",
            },
            new(ProfileOption, OptionType.Text, "The profile in ~/.aws whose credentials are used."),
            new(VpcOption, OptionType.Text, "The VPC's id; the region's default where none is given.")
            {
                Pattern = "^vpc-[0-9a-f]+$",
                PatternMeaning = "a VPC's id, as vpc-0a1b2c3d",
            },
            new(SubnetsOption, OptionType.List, "Ids of subnets in two availability zones or more; those of the VPC where none are given."),
        ],
        [
            new("Account", "The AWS account."),
            new("Region", "The region."),
            new("Vpc", "The VPC's id."),
            new("Subnets", "Ids of the subnets, with commas between them."),
            new("Cluster", "The ECS cluster's name."),
            new("SecurityGroup", "The id of the security group whose members may reach the environment's resources."),
        ]);

    public void Plan(CoeRequest request, Blueprint plan)
    {
        var place = plan.SharePlace(request.Scope, standard => standard with
        {
            Region = request.Options.TextOrNull(RegionOption),
            Profile = request.Options.TextOrNull(ProfileOption),
            Vpc = request.Options.TextOrNull(VpcOption),
            Subnets = request.Options.List(SubnetsOption),
        });
        var group = plan.ShareSecurityGroup(request.Scope);
        var cluster = plan.Add("cluster", place, found => new EcsClusterSpec(found.At, request.Scope.ObjectName("cluster")));

        plan.Output("Account", place, found => found.At.Account);
        plan.Output("Region", place, found => found.At.Region);
        plan.Output("Vpc", place, found => found.Vpc);
        plan.Output("Subnets", place, found => string.Join(',', found.Subnets));
        plan.Output("Cluster", cluster, made => made.Name);
        plan.Output("SecurityGroup", group, made => made.Id);
    }

    public void PlanApplication(ApplicationRequest request, Blueprint plan) => throw new NotSupportedException(NoApplications);

    public void PlanJob(JobRequest request, Blueprint plan) => throw new NotSupportedException(NoApplications);

    public Task<IReadOnlyList<string>> FindObstaclesAsync(ApplicationRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([NoApplications]);

    private const string NoApplications =
        "Applications cannot be deployed on ECS yet. What the environment offers is in `cld env show NAME -o dotenv`.";
}
