namespace CaaStle.Api;

/// <summary>What of a list is asked for.</summary>
/// <param name="Name">Only those with such a name, in which * stands for any text; null for all.</param>
/// <param name="Status">Only those with this status; null for all.</param>
/// <param name="After">Only those whose names come after this one; null for all.</param>
/// <param name="Limit">At most so many; null for all.</param>
public sealed record ListPart(string? Name = null, string? Status = null, string? After = null, int? Limit = null)
{
    public static ListPart All { get; } = new();
}
