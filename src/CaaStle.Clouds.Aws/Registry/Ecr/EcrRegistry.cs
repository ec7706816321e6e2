using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Coe;
using CaaStle.Clouds.Aws.Objects;
using CaaStle.Docker;

namespace CaaStle.Clouds.Aws.Registry.Ecr;

/// <summary>Amazon's Elastic Container Registry: a repository for each container, with a tag for each revision.</summary>
internal sealed class EcrRegistry(DockerClient docker, AccountCheck account) : IRegistryType
{
    private const string RegionOption = "region";
    private const string ProfileOption = "profile";

    public TypeDescriptor Descriptor { get; } = new(
        "ecr",
        "Builds images with this machine's Docker engine, and pushes them to Amazon's Elastic Container Registry.",
        [
            new(RegionOption, OptionType.Text, "The region; that of the profile, or of AWS_REGION, where none is given.")
            {
                Pattern = "^[a-z]{2}(-[a-z]+)+-[0-9]+$",
                PatternMeaning = "a region's name, as us-west-2",
            },
            new(ProfileOption, OptionType.Text, "The profile in ~/.aws whose credentials are used."),
        ],
        [
            new("Image", "The name that the image is deployed by, with its digest."),
            new("Digest", "The digest that the registry knows the image by."),
            new("Repository", "The repository's address."),
        ]);

    public bool KeepsOnThisMachine => false;

    public void Plan(ContainerRequest request, Blueprint plan)
    {
        var scope = request.Scope;
        var place = plan.Add(EnvironmentObjects.PlaceKey, PlaceOf(request));
        var repository = plan.Add("repository", place, found => new EcrRepositorySpec(
            found.At, $"cld/{scope.Name.ToLowerInvariant()}-{scope.Id}"));
        var image = plan.Add(
            request.Revision == 1 ? "image" : $"r{request.Revision}/image",
            place,
            repository,
            (found, made) => new EcrImageSpec(
                found.At, made.Name, made.Address, $"{request.Revision}", request.ContextArchive, request.Dockerfile));
        plan.Output("Image", image, pushed => pushed.Reference);
        plan.Output("Digest", image, pushed => pushed.Digest);
        plan.Output("Repository", repository, made => made.Address);
    }

    public async Task<IReadOnlyList<string>> FindObstaclesAsync(ContainerRequest request, CancellationToken cancellationToken)
    {
        var obstacles = new List<string>();
        try
        {
            await docker.CheckVersionAsync(cancellationToken);
        }
        catch (CloudException e)
        {
            obstacles.Add(e.Message);
        }

        if (request.Revision == 1)
        {
            var plan = new Blueprint();
            Plan(request, plan);
            obstacles.AddRange(await account.FindObstaclesAsync(PlaceOf(request), request.Scope, plan, cancellationToken));
        }

        return obstacles;
    }

    private static PlaceSpec PlaceOf(ContainerRequest request) => new(
        request.Scope.ObjectName(EnvironmentObjects.PlaceKey),
        request.Options.TextOrNull(RegionOption),
        request.Options.TextOrNull(ProfileOption));
}
