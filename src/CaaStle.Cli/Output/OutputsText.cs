using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>Outputs of environments, applications and containers for people.</summary>
internal static class OutputsText
{
    /// <param name="showSecrets">False leaves secrets out altogether; true shows them as the server gave them, masked or not.</param>
    public static void Write(IReadOnlyList<OutputGroup> groups, TextWriter output, bool showSecrets, string indent = "")
    {
        var withParts = groups.Any(group => group.Part.Length > 0);
        var table = withParts ? new Table("", "", "") : new Table("", "");
        foreach (var group in groups)
        {
            foreach (var value in group.Outputs.Where(value => value.Value.Length > 0 && (showSecrets || !value.Secret)))
            {
                if (withParts)
                    table.Add(group.Part, value.Name, value.Value);
                else
                    table.Add(value.Name, value.Value);
            }
        }

        table.Write(output, indent);
    }

    public static void Write(IReadOnlyList<OutputView> outputs, TextWriter output, string indent) =>
        Write([new OutputGroup("", outputs)], output, showSecrets: true, indent);
}
