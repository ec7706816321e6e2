using System.Reflection;
using CaaStle.Storage.Relational.Migrations;

namespace CaaStle.Storage.Relational;

/// <summary>What this version of CaaStle knows of the schema, found without starting the framework.</summary>
internal static class Schema
{
    /// <summary>The version of CaaStle, as <c>0.1.0</c>.</summary>
    public static string ProductVersion { get; } =
        typeof(Schema).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Identifiers of all migrations, oldest first.</summary>
    public static IReadOnlyList<string> Migrations { get; } = [First.Id, Second.Id];
}
