using CaaStle.Abstractions;

namespace CaaStle.Engine.Definitions;

/// <summary>What an environment file asks for, checked and with defaults filled in.</summary>
/// <param name="Target">The cloud's name.</param>
/// <param name="Type">The COE's type.</param>
/// <param name="Resources">In the order of the file; no two have both type and name in common.</param>
public sealed record EnvironmentDefinition(
    string Target, string Type, Options CoeOptions, IReadOnlyList<ResourceDefinition> Resources);

/// <param name="Name">
/// Its own name, lower-case letters and digits and at most 20 of them so that it can stand in a binding, or its type where the file
/// gives none.
/// </param>
public sealed record ResourceDefinition(string Type, string Name, Options Options)
{
    /// <summary>The part of the environment that it is: <c>mysql</c>, or <c>mysql.orders</c> when it has a name of its own.</summary>
    public string Part => Name == Type ? Type : $"{Type}.{Name}";
}
