namespace CaaStle.Api;

/// <param name="Registry">local, ...</param>
/// <param name="Image">The reference to deploy it by; null until it is built.</param>
public sealed record ContainerSummary(
    string Name, string Status, string Registry, string? Image, DateTimeOffset CreatedAt, string? Operation);

public sealed record ContainerDetail(
    string Name,
    string Status,
    string Registry,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string? Operation,
    IReadOnlyList<OutputView> Outputs,
    IReadOnlyList<ObjectView> Objects)
{
    /// <summary>Path of the Dockerfile within the build context.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>Those that are kept, newest first.</summary>
    public IReadOnlyList<ImageView> Images { get; init; } = [];

    /// <summary>Applications that run a former image, until they are redeployed.</summary>
    public IReadOnlyList<string> OutdatedApplications { get; init; } = [];
}

/// <param name="Revision">1, 2, 3, ...: each build makes one.</param>
/// <param name="Image">The reference to deploy it by.</param>
/// <param name="IsInForce">What a deployment takes now.</param>
/// <param name="Applications">Those that run it.</param>
public sealed record ImageView(int Revision, string Image, bool IsInForce, DateTimeOffset? BuiltAt, IReadOnlyList<string> Applications);
