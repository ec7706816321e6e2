using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;
using CaaStle.Docker;
using CaaStle.Docker.Building;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>An image that this machine's Docker engine builds and pushes; it does not keep it.</summary>
/// <param name="Repository">The repository's name, which is ours alone.</param>
/// <param name="Address">The repository's, with the registry's host.</param>
/// <param name="Tag">Of one build, and of no other.</param>
/// <param name="ContextArchive">Path of the build context, a tar file.</param>
/// <param name="Dockerfile">Path of the Dockerfile within the context.</param>
internal sealed record EcrImageSpec(
    AwsPlace At, string Repository, string Address, string Tag, string ContextArchive, string Dockerfile) : IPlacedSpec<EcrImageState>
{
    public string Identity => $"{Repository}:{Tag}";

    public string Name => $"{Address}:{Tag}";
}

/// <param name="Reference">The image's name with the digest, which always means the same.</param>
internal sealed record EcrImageState(string Digest, string Reference);

internal sealed class EcrImageHandler(AwsAccess access, DockerClient docker)
    : AwsObjectHandler<EcrImageSpec, EcrImageState>(access, AwsService.Ecr)
{
    private const string ImageNotFound = "ImageNotFoundException";

    private sealed record Image(string ImageDigest);

    private sealed record Described(IReadOnlyList<Image> ImageDetails);

    private sealed record Listed(IReadOnlyList<Image> ImageIds);

    private sealed record Authorization(string AuthorizationToken, string ProxyEndpoint);

    private sealed record Authorized(IReadOnlyList<Authorization> AuthorizationData);

    public override string Kind => "ecr/image";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchDeleteImage", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
        "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:ListImages", "ecr:PutImage",
        "ecr:UploadLayerPart",
    ];

    public override async Task<Observation<EcrImageState>> ReadAsync(EcrImageSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ecr = await ClientAsync(spec, cancellationToken);
        var answer = await ecr.CallAsync<Described>(
            "DescribeImages", new { repositoryName = spec.Repository, imageIds = TagOf(spec) }, cancellationToken)
            .OrNullAsync(ImageNotFound, EcrRepositoryHandler.NotFound);
        if (answer is { ImageDetails: [var found, ..] })
        {
            return Observation.Ready(new EcrImageState(found.ImageDigest, $"{spec.Address}@{found.ImageDigest}"), "pushed");
        }

        // Where the server died between build and push, this machine has what nobody needs.
        var built = await docker.FindImageAsync(new(spec.Address, spec.Tag), cancellationToken);
        return call.Marks.Owns(built?.Config?.Labels)
            ? Observation.InProgress<EcrImageState>("built, not pushed") with { NeedsCreate = true }
            : Observation.Absent<EcrImageState>();
    }

    /// <summary>Builds and pushes, which takes long and stops when the call is abandoned.</summary>
    public override async Task CreateAsync(EcrImageSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Abandoned);
        try
        {
            await new ImageBuild(spec.Name, spec.ContextArchive, spec.Dockerfile).RunAsync(docker, call, Builder.BuildKit, either.Token);
            await docker.PushAsync(new(spec.Address, spec.Tag), await LogInAsync(spec, either.Token), call.Log, either.Token);
        }
        finally
        {
            await docker.RemoveImageAsync(new(spec.Address, spec.Tag), cancellationToken);
        }
    }

    /// <summary>With the parts of it that have no tag, of which others that are there need none.</summary>
    public override async Task DeleteAsync(EcrImageSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        await docker.RemoveImageAsync(new(spec.Address, spec.Tag), cancellationToken);
        var ecr = await ClientAsync(spec, cancellationToken);
        await DeleteAsync(ecr, spec, TagOf(spec), cancellationToken);
        var untagged = await ecr.CallAsync<Listed>(
            "ListImages", new { repositoryName = spec.Repository, filter = new { tagStatus = "UNTAGGED" } }, cancellationToken)
            .OrNullAsync(EcrRepositoryHandler.NotFound);
        if (untagged is { ImageIds: [_, ..] })
        {
            await DeleteAsync(ecr, spec, [.. untagged.ImageIds.Select(image => new { imageDigest = image.ImageDigest })], cancellationToken);
        }
    }

    /// <summary>What another image needs ECR leaves, and says so in its answer.</summary>
    private static Task DeleteAsync(AwsClient ecr, EcrImageSpec spec, IReadOnlyList<object> images, CancellationToken cancellationToken) =>
        ecr.CallAsync("BatchDeleteImage", new { repositoryName = spec.Repository, imageIds = images }, cancellationToken)
            .UnlessAsync(EcrRepositoryHandler.NotFound);

    private static IReadOnlyList<object> TagOf(EcrImageSpec spec) => [new { imageTag = spec.Tag }];

    private async Task<RegistryLogin> LogInAsync(EcrImageSpec spec, CancellationToken cancellationToken)
    {
        var ecr = await ClientAsync(spec, cancellationToken);
        var authorized = await ecr.CallAsync<Authorized>("GetAuthorizationToken", new { }, cancellationToken);
        var authorization = authorized.AuthorizationData[0];
        // As base64 of "AWS:password".
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(authorization.AuthorizationToken)).Split(':', 2);
        return new(authorization.ProxyEndpoint, pair[0], new(pair[1]));
    }
}
