using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>What gives machines of EC2 a role.</summary>
internal sealed record InstanceProfileSpec(AwsPlace At, string Name, string Role) : IPlacedSpec<InstanceProfileState>
{
    public string Identity => Name;
}

internal sealed record InstanceProfileState(string Name);

internal sealed class InstanceProfileHandler(AwsAccess access)
    : AwsObjectHandler<InstanceProfileSpec, InstanceProfileState>(access, AwsService.Iam)
{
    private const string NotFound = "NoSuchEntity";

    public override string Kind => "iam/instance-profile";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:GetInstanceProfile", "iam:PassRole",
        "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile",
    ];

    public override async Task<Observation<InstanceProfileState>> ReadAsync(
        InstanceProfileSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var iam = await ClientAsync(spec, cancellationToken);
        var found = await iam.QueryAsync(
            new AwsRequest("GetInstanceProfile").With("InstanceProfileName", spec.Name), cancellationToken).OrNullAsync(NotFound);
        if (found is null)
        {
            return Observation.Absent<InstanceProfileState>();
        }

        var state = new InstanceProfileState(spec.Name);
        return !call.Marks.OwnsTags(TagsOf(found)) ? Foreign(spec)
            : found.List("Roles").Any() ? Observation.Ready(state)
            : Observation.InProgress("it has no role yet", state) with { NeedsCreate = true };
    }

    /// <summary>Its own, and not those of the role in it.</summary>
    public static IReadOnlyDictionary<string, string> TagsOf(XElement answer) =>
        new XElement("Own", answer.Descendants("InstanceProfile").First().Element("Tags")).Tags("Tags");

    public override async Task CreateAsync(InstanceProfileSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var iam = await ClientAsync(spec, cancellationToken);
        await iam.QueryAsync(
            new AwsRequest("CreateInstanceProfile")
                .With("InstanceProfileName", spec.Name)
                .With("Path", IamRoleHandler.PathOf(call.Marks.Installation, call.Marks.SubjectId))
                .WithTags("Tags.member", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken).UnlessAsync("EntityAlreadyExists");
        await iam.QueryAsync(
            new AwsRequest("AddRoleToInstanceProfile").With("InstanceProfileName", spec.Name).With("RoleName", spec.Role),
            cancellationToken);
    }

    public override async Task DeleteAsync(InstanceProfileSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var iam = await ClientAsync(spec, cancellationToken);
        var found = await iam.QueryAsync(
            new AwsRequest("GetInstanceProfile").With("InstanceProfileName", spec.Name), cancellationToken).OrNullAsync(NotFound);
        if (found is null)
        {
            return;
        }

        foreach (var role in found.List("Roles"))
        {
            await iam.QueryAsync(
                new AwsRequest("RemoveRoleFromInstanceProfile")
                    .With("InstanceProfileName", spec.Name)
                    .With("RoleName", role.Text("RoleName")),
                cancellationToken).UnlessAsync(NotFound);
        }

        await iam.QueryAsync(new AwsRequest("DeleteInstanceProfile").With("InstanceProfileName", spec.Name), cancellationToken)
            .UnlessAsync(NotFound);
    }
}
