namespace CaaStle.Clouds.Aws.Api;

/// <summary>Where an object is. Part of every specification, so that what was made somewhere is looked for nowhere else.</summary>
/// <param name="Profile">Whose credentials it was made with; null for those that need no name.</param>
internal sealed record AwsPlace(string Account, string Region, string? Profile);
