using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>What machines of a cluster are made from.</summary>
/// <param name="Machine">Null for nodes of EKS, which says itself what they are.</param>
internal sealed record LaunchTemplateSpec(AwsPlace At, string Name, IReadOnlyList<string> SecurityGroups, MachineSpec? Machine)
    : IPlacedSpec<LaunchTemplateState>
{
    public string Identity => Name;
}

/// <summary>A machine with the image that AWS recommends for ECS when the template is made; it stays that one.</summary>
/// <param name="KeyPair">Null without SSH.</param>
internal sealed record MachineSpec(string InstanceType, string InstanceProfile, string Cluster, string? KeyPair);

internal sealed record LaunchTemplateState(string Id);

internal sealed class LaunchTemplateHandler(AwsAccess access)
    : AwsObjectHandler<LaunchTemplateSpec, LaunchTemplateState>(access, AwsService.Ec2)
{
    private const string Images = "/aws/service/ecs/optimized-ami/amazon-linux-2023";

    /// <summary>What else of a machine carries our marks.</summary>
    private static readonly string[] Tagged = ["instance", "volume"];

    private sealed record Parameter(string Value);

    private sealed record Answered(Parameter Parameter);

    public override string Kind => "ec2/launch-template";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ec2:CreateLaunchTemplate", "ec2:CreateTags", "ec2:DeleteLaunchTemplate", "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplates", "ssm:GetParameter",
    ];

    public override async Task<Observation<LaunchTemplateState>> ReadAsync(
        LaunchTemplateSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var answer = await ec2.QueryAsync(
            new AwsRequest("DescribeLaunchTemplates").With("Filter.1.Name", "launch-template-name").With("Filter.1.Value.1", spec.Name),
            cancellationToken);
        return answer.List("launchTemplates").FirstOrDefault() is not { } found ? Observation.Absent<LaunchTemplateState>()
            : call.Marks.OwnsTags(found.Tags("tagSet")) ? Observation.Ready(new LaunchTemplateState(found.Text("launchTemplateId")))
            : Foreign(spec);
    }

    public override async Task CreateAsync(LaunchTemplateSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var tags = AwsTags.Of(call.Marks, spec.Name);
        var request = new AwsRequest("CreateLaunchTemplate")
            .With("LaunchTemplateName", spec.Name)
            .WithList("LaunchTemplateData.SecurityGroupId", spec.SecurityGroups)
            // What runs in containers is one hop further away: on ECS it cannot take on the machine's role, on EKS it must.
            .With("LaunchTemplateData.MetadataOptions.HttpTokens", "required")
            .With("LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit", spec.Machine is null ? 2 : 1)
            .With("TagSpecification.1.ResourceType", "launch-template")
            .WithTags("TagSpecification.1.Tag", tags);
        foreach (var (index, type) in Tagged.Index())
        {
            request.With($"LaunchTemplateData.TagSpecification.{index + 1}.ResourceType", type)
                .WithTags($"LaunchTemplateData.TagSpecification.{index + 1}.Tag", tags);
        }

        if (spec.Machine is { } machine)
        {
            request
                .With("LaunchTemplateData.ImageId", await FindImageAsync(spec, machine.InstanceType, ec2, cancellationToken))
                .With("LaunchTemplateData.InstanceType", machine.InstanceType)
                .With("LaunchTemplateData.IamInstanceProfile.Name", machine.InstanceProfile)
                .With("LaunchTemplateData.KeyName", machine.KeyPair)
                .With("LaunchTemplateData.UserData", Convert.ToBase64String(Encoding.UTF8.GetBytes(
                    $"#!/bin/bash\necho ECS_CLUSTER={machine.Cluster} >>/etc/ecs/ecs.config\n")));
        }

        await ec2.QueryAsync(request, cancellationToken);
    }

    public override async Task DeleteAsync(LaunchTemplateSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if ((await ReadAsync(spec, call, cancellationToken)).State is { } ours)
        {
            var ec2 = await ClientAsync(spec, cancellationToken);
            await ec2.QueryAsync(new AwsRequest("DeleteLaunchTemplate").With("LaunchTemplateId", ours.Id), cancellationToken)
                .UnlessAsync("InvalidLaunchTemplateId.NotFound");
        }
    }

    /// <summary>The newest image for machines of the cluster, for what processors the type has.</summary>
    private async Task<string> FindImageAsync(
        LaunchTemplateSpec spec, string type, AwsClient ec2, CancellationToken cancellationToken)
    {
        var types = await ec2.QueryAsync(
            new AwsRequest("DescribeInstanceTypes").With("InstanceType.1", type), cancellationToken);
        var isArm = types.List("supportedArchitectures").Any(architecture => architecture.Value == "arm64");
        var ssm = await ClientAsync(AwsService.Ssm, spec, cancellationToken);
        var found = await ssm.CallAsync<Answered>(
            "GetParameter", new { Name = $"{Images}/{(isArm ? "arm64/" : "")}recommended/image_id" }, cancellationToken);
        return found.Parameter.Value;
    }
}
