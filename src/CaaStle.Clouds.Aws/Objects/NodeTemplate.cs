using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>What nodes of EKS are made from: machines in these security groups. Image and type are EKS's part.</summary>
internal sealed record NodeTemplateSpec(AwsPlace At, string Name, IReadOnlyList<string> SecurityGroups) : IPlacedSpec<NodeTemplateState>
{
    public string Identity => Name;
}

internal sealed record NodeTemplateState(string Id);

internal sealed class NodeTemplateHandler(AwsAccess access) : AwsObjectHandler<NodeTemplateSpec, NodeTemplateState>(access, AwsService.Ec2)
{
    /// <summary>What of a node carries our marks.</summary>
    private static readonly string[] Tagged = ["instance", "volume"];

    public override string Kind => "eks/node-template";

    public override async Task<Observation<NodeTemplateState>> ReadAsync(
        NodeTemplateSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var answer = await ec2.QueryAsync(
            new AwsRequest("DescribeLaunchTemplates").With("Filter.1.Name", "launch-template-name").With("Filter.1.Value.1", spec.Name),
            cancellationToken);
        return answer.List("launchTemplates").FirstOrDefault() is not { } found ? Observation.Absent<NodeTemplateState>()
            : call.Marks.OwnsTags(found.Tags("tagSet")) ? Observation.Ready(new NodeTemplateState(found.Text("launchTemplateId")))
            : Foreign(spec);
    }

    public override async Task CreateAsync(NodeTemplateSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var tags = AwsTags.Of(call.Marks, spec.Name);
        var request = new AwsRequest("CreateLaunchTemplate")
            .With("LaunchTemplateName", spec.Name)
            .WithList("LaunchTemplateData.SecurityGroupId", spec.SecurityGroups)
            .With("LaunchTemplateData.MetadataOptions.HttpTokens", "required")
            // What runs in containers is one hop further away.
            .With("LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit", 2)
            .With("TagSpecification.1.ResourceType", "launch-template")
            .WithTags("TagSpecification.1.Tag", tags);
        foreach (var (index, type) in Tagged.Index())
        {
            request.With($"LaunchTemplateData.TagSpecification.{index + 1}.ResourceType", type)
                .WithTags($"LaunchTemplateData.TagSpecification.{index + 1}.Tag", tags);
        }

        await ec2.QueryAsync(request, cancellationToken);
    }

    public override async Task DeleteAsync(NodeTemplateSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        await ec2.QueryAsync(new AwsRequest("DeleteLaunchTemplate").With("LaunchTemplateName", spec.Name), cancellationToken)
            .UnlessAsync("InvalidLaunchTemplateName.NotFoundException");
    }
}
