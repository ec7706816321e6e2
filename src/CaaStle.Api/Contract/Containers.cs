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
    IReadOnlyList<ObjectView> Objects);
