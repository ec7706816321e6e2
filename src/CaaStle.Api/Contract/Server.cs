namespace CaaStle.Api;

public sealed record ServerStatus(
    string Version, int ProcessId, DateTimeOffset StartedAt, string Home, int OperationsUnderWay, IReadOnlyList<CloudView> Clouds)
{
    /// <summary>Extensions that could not be loaded, each with its file and why.</summary>
    public IReadOnlyList<string> ExtensionFailures { get; init; } = [];
}

/// <param name="Obstacles">What stands in the way of using it now, each with what to do about it.</param>
public sealed record CloudView(string Name, IReadOnlyList<string> Coes, IReadOnlyList<string> Resources, IReadOnlyList<string> Registries, IReadOnlyList<string> Obstacles);

/// <summary>Who a cloud takes the user for.</summary>
/// <param name="Profile">Whose credentials were used; null for those that hold where none is named.</param>
/// <param name="Name">What the cloud calls the user.</param>
/// <param name="Region">Where things are made when nothing else is said; null when that is open.</param>
public sealed record IdentityView(string Cloud, string? Profile, string Account, string Name, string? Region);

/// <summary>What the server writes to <c>server.json</c> in its home so that clients find it.</summary>
public sealed record ServerAddress(string Url, int ProcessId, string Version);

/// <param name="Kind">environment or application; null to tell from the text.</param>
public sealed record ValidateRequest(string Definition, string FileName, string? Kind = null);

public sealed record ValidateResult(string Kind, IReadOnlyList<DefinitionError> Errors);

/// <summary>A COE, resource or registry type as its descriptor says.</summary>
/// <param name="Role">coe, resource or registry.</param>
public sealed record TypeView(
    string Cloud, string Role, string Type, string Summary, IReadOnlyList<OptionView> Options, IReadOnlyList<OutputTypeView> Outputs);

public sealed record OptionView(string Name, string Type, string Meaning, bool Required, string? Default, IReadOnlyList<string> Choices);

public sealed record OutputTypeView(string Name, string Meaning, bool Secret);
