using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A role that tasks of ECS take on, or another service of AWS.</summary>
/// <param name="ManagedPolicies">ARNs of policies of AWS's own.</param>
/// <param name="Policy">What it may besides, as JSON; null for nothing.</param>
internal sealed record IamRoleSpec(AwsPlace At, string Name, IReadOnlyList<string> ManagedPolicies, string? Policy)
    : IPlacedSpec<IamRoleState>
{
    public string Identity => Name;

    /// <summary>Who takes it on.</summary>
    public string Service { get; init; } = "ecs-tasks.amazonaws.com";
}

internal sealed record IamRoleState(string Arn);

internal sealed class IamRoleHandler(AwsAccess access) : AwsObjectHandler<IamRoleSpec, IamRoleState>(access, AwsService.Iam)
{
    private const string NotFound = "NoSuchEntity";
    private const string PolicyName = "caastle";

    public override string Kind => "iam/role";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole",
        "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:PutRolePolicy", "iam:TagRole",
    ];

    /// <summary>Roles are not in the index of tags: they are found by their path instead.</summary>
    public static string PathOf(string installation, string? subjectId) =>
        subjectId is null ? $"/caastle/{installation}/" : $"/caastle/{installation}/{subjectId}/";

    public override async Task<Observation<IamRoleState>> ReadAsync(IamRoleSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var iam = await ClientAsync(spec, cancellationToken);
        var found = await iam.QueryAsync(new AwsRequest("GetRole").With("RoleName", spec.Name), cancellationToken).OrNullAsync(NotFound);
        if (found is null)
        {
            return Observation.Absent<IamRoleState>();
        }

        if (!call.Marks.OwnsTags(found.Tags("Tags")))
        {
            return Foreign(spec);
        }

        var state = new IamRoleState(found.Text("Arn"));
        var attached = await AttachedAsync(iam, spec, cancellationToken);
        var isWhole = spec.ManagedPolicies.All(attached.Contains)
            && (spec.Policy is null || (await InlineAsync(iam, spec, cancellationToken)).Contains(PolicyName));
        return isWhole
            ? Observation.Ready(state)
            : Observation.InProgress("it may not yet do what it is for", state) with { NeedsCreate = true };
    }

    public override async Task CreateAsync(IamRoleSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var iam = await ClientAsync(spec, cancellationToken);
        if (await iam.QueryAsync(new AwsRequest("GetRole").With("RoleName", spec.Name), cancellationToken).OrNullAsync(NotFound) is null)
        {
            await iam.QueryAsync(
                new AwsRequest("CreateRole")
                    .With("RoleName", spec.Name)
                    .With("Path", PathOf(call.Marks.Installation, call.Marks.SubjectId))
                    .With("AssumeRolePolicyDocument", TakenOnBy(spec.Service))
                    .WithTags("Tags.member", AwsTags.Of(call.Marks, spec.Name)),
                cancellationToken);
        }

        foreach (var policy in spec.ManagedPolicies)
        {
            await iam.QueryAsync(
                new AwsRequest("AttachRolePolicy").With("RoleName", spec.Name).With("PolicyArn", policy), cancellationToken);
        }

        if (spec.Policy is not null)
        {
            await iam.QueryAsync(
                new AwsRequest("PutRolePolicy")
                    .With("RoleName", spec.Name)
                    .With("PolicyName", PolicyName)
                    .With("PolicyDocument", spec.Policy),
                cancellationToken);
        }
    }

    public override async Task DeleteAsync(IamRoleSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var iam = await ClientAsync(spec, cancellationToken);
        try
        {
            foreach (var policy in await AttachedAsync(iam, spec, cancellationToken))
            {
                await iam.QueryAsync(
                    new AwsRequest("DetachRolePolicy").With("RoleName", spec.Name).With("PolicyArn", policy), cancellationToken);
            }

            foreach (var policy in await InlineAsync(iam, spec, cancellationToken))
            {
                await iam.QueryAsync(
                    new AwsRequest("DeleteRolePolicy").With("RoleName", spec.Name).With("PolicyName", policy), cancellationToken);
            }

            await iam.QueryAsync(new AwsRequest("DeleteRole").With("RoleName", spec.Name), cancellationToken);
        }
        catch (CloudException e) when (e.Code == NotFound)
        {
            // It is gone, or what it had is: the next read tells.
        }
    }

    private static string TakenOnBy(string service) =>
        $$$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"{{{service}}}"}}]}""";

    private static async Task<IReadOnlyList<string>> AttachedAsync(AwsClient iam, IamRoleSpec spec, CancellationToken cancellationToken)
    {
        var answer = await iam.QueryAsync(new AwsRequest("ListAttachedRolePolicies").With("RoleName", spec.Name), cancellationToken);
        return [.. answer.List("AttachedPolicies").Select(policy => policy.Text("PolicyArn"))];
    }

    private static async Task<IReadOnlyList<string>> InlineAsync(AwsClient iam, IamRoleSpec spec, CancellationToken cancellationToken)
    {
        var answer = await iam.QueryAsync(new AwsRequest("ListRolePolicies").With("RoleName", spec.Name), cancellationToken);
        return [.. answer.List("PolicyNames").Select(name => name.Value)];
    }
}
