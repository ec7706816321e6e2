using System.Text.RegularExpressions;
using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>An environment's outputs as variables, by the names that definitions bind them by.</summary>
internal static partial class DotenvText
{
    public static void Write(EnvironmentDetail environment, TextWriter output)
    {
        foreach (var resource in environment.Resources)
        {
            var prefix = resource.Name == resource.Type ? $"CAASTLE_{resource.Type}" : $"CAASTLE_{resource.Type}_{resource.Name}";
            foreach (var value in resource.Outputs)
                output.Write($"{NotInName().Replace(prefix.ToUpperInvariant(), "_")}_{NotInName().Replace(value.Name, "_")}={Quote(value.Value)}\n");
        }
    }

    /// <summary>Single quotes, unless the value needs none; a single quote in it as shells and dotenv readers both take it.</summary>
    private static string Quote(string value) =>
        Unquoted().IsMatch(value) ? value
        : !value.Contains('\'') && !value.Contains('\n') ? $"'{value}'"
        : $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("$", "\\$").Replace("`", "\\`").Replace("\n", "\\n")}\"";

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotInName();

    [GeneratedRegex("^[A-Za-z0-9_./:@+-]+$")]
    private static partial Regex Unquoted();
}
