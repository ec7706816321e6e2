using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Where ECR keeps the images of one container.</summary>
internal sealed record EcrRepositorySpec(AwsPlace At, string Name) : IPlacedSpec<EcrRepositoryState>
{
    public string Identity => Name;
}

/// <param name="Address">What the names of its images begin with: the registry's host and the name.</param>
internal sealed record EcrRepositoryState(string Name, string Address);

internal sealed class EcrRepositoryHandler(AwsAccess access) : AwsObjectHandler<EcrRepositorySpec, EcrRepositoryState>(
    access, AwsService.Ecr)
{
    /// <summary>What ECR answers about a repository that is not there.</summary>
    public const string NotFound = "RepositoryNotFoundException";

    private sealed record Repository(string RepositoryArn, string RepositoryName, string RepositoryUri);

    private sealed record Described(IReadOnlyList<Repository> Repositories);

    private sealed record Tagged(IReadOnlyList<AwsTag>? Tags);

    public override string Kind => "ecr/repository";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ecr:CreateRepository", "ecr:DeleteRepository", "ecr:DescribeRepositories", "ecr:ListTagsForResource", "ecr:TagResource",
    ];

    public override async Task<Observation<EcrRepositoryState>> ReadAsync(
        EcrRepositorySpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecr = await ClientAsync(spec, cancellationToken);
        var answer = await ecr.CallAsync<Described>("DescribeRepositories", new { repositoryNames = (string[])[spec.Name] }, cancellationToken)
            .OrNullAsync(NotFound);
        if (answer is not { Repositories: [var found, ..] })
        {
            return Observation.Absent<EcrRepositoryState>();
        }

        var tagged = await ecr.CallAsync<Tagged>("ListTagsForResource", new { resourceArn = found.RepositoryArn }, cancellationToken)
            .OrNullAsync(NotFound);
        return tagged is null ? Observation.Absent<EcrRepositoryState>()
            : call.Marks.OwnsTags(AwsTag.Read(tagged.Tags))
                ? Observation.Ready(new EcrRepositoryState(found.RepositoryName, found.RepositoryUri))
                : Foreign(spec);
    }

    public override async Task CreateAsync(EcrRepositorySpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecr = await ClientAsync(spec, cancellationToken);
        await ecr.CallAsync(
            "CreateRepository",
            new { repositoryName = spec.Name, imageTagMutability = "IMMUTABLE", tags = AwsTags.Capital(call.Marks, spec.Name) },
            cancellationToken);
    }

    /// <summary>With all that is in it: manifests without tags too, which pushes that broke off have left.</summary>
    public override async Task DeleteAsync(EcrRepositorySpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecr = await ClientAsync(spec, cancellationToken);
        await ecr.CallAsync("DeleteRepository", new { repositoryName = spec.Name, force = true }, cancellationToken).UnlessAsync(NotFound);
    }
}
