using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>
/// What machines of a cluster are made from. The image is the one that AWS recommends for ECS when the template is made, and stays that one.
/// </summary>
/// <param name="KeyPair">Null without SSH.</param>
internal sealed record LaunchTemplateSpec(
    AwsPlace At,
    string Name,
    string InstanceType,
    string InstanceProfile,
    IReadOnlyList<string> SecurityGroups,
    string Cluster,
    string? KeyPair) : IPlacedSpec<LaunchTemplateState>
{
    public string Identity => Name;
}

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
        var image = await FindImageAsync(spec, ec2, cancellationToken);
        var request = new AwsRequest("CreateLaunchTemplate")
            .With("LaunchTemplateName", spec.Name)
            .With("LaunchTemplateData.ImageId", image)
            .With("LaunchTemplateData.InstanceType", spec.InstanceType)
            .With("LaunchTemplateData.IamInstanceProfile.Name", spec.InstanceProfile)
            .With("LaunchTemplateData.KeyName", spec.KeyPair)
            .WithList("LaunchTemplateData.SecurityGroupId", spec.SecurityGroups)
            .With("LaunchTemplateData.UserData", Convert.ToBase64String(Encoding.UTF8.GetBytes(
                $"#!/bin/bash\necho ECS_CLUSTER={spec.Cluster} >>/etc/ecs/ecs.config\n")))
            // What runs in containers, one hop further away, cannot take on the machine's role.
            .With("LaunchTemplateData.MetadataOptions.HttpTokens", "required")
            .With("LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit", 1)
            .With("TagSpecification.1.ResourceType", "launch-template")
            .WithTags("TagSpecification.1.Tag", AwsTags.Of(call.Marks, spec.Name));
        foreach (var (index, type) in Tagged.Index())
        {
            request.With($"LaunchTemplateData.TagSpecification.{index + 1}.ResourceType", type)
                .WithTags($"LaunchTemplateData.TagSpecification.{index + 1}.Tag", AwsTags.Of(call.Marks, spec.Name));
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
    private async Task<string> FindImageAsync(LaunchTemplateSpec spec, AwsClient ec2, CancellationToken cancellationToken)
    {
        var types = await ec2.QueryAsync(
            new AwsRequest("DescribeInstanceTypes").With("InstanceType.1", spec.InstanceType), cancellationToken);
        var isArm = types.List("supportedArchitectures").Any(architecture => architecture.Value == "arm64");
        var ssm = await ClientAsync(AwsService.Ssm, spec, cancellationToken);
        var found = await ssm.CallAsync<Answered>(
            "GetParameter", new { Name = $"{Images}/{(isArm ? "arm64/" : "")}recommended/image_id" }, cancellationToken);
        return found.Parameter.Value;
    }
}
