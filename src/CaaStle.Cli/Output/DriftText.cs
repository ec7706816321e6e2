using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>What differs from what is recorded, for people.</summary>
internal static class DriftText
{
    private const int LastLines = 5;

    public static void Write(DriftView drift, TextWriter output, Style style)
    {
        var different = drift.Objects.Where(each => each.State is not (ObjectDriftView.Ready or ObjectDriftView.Unknown)).ToList();
        var unknown = drift.Objects.Where(each => each.State == ObjectDriftView.Unknown).ToList();
        var subject = Untrusted.Clean($"environment/{drift.Environment}");
        if (different.Count + unknown.Count == 0)
        {
            output.WriteLine($"{style.Good("✓")} {subject} is as recorded: {Count(drift.Objects.Count)}, all there and well");
            return;
        }

        var table = new Table("OF", "OBJECT", "KIND", "NAME", "STATE", "");
        foreach (var each in different.Concat(unknown))
        {
            var lost = each is { State: ObjectDriftView.Missing, HoldsData: true } ? "; the data in it is gone" : "";
            table.Add(each.Subject, each.Key, each.Kind, each.Identity, Table.Cell.Status(each.State, style), each.Detail + lost);
        }

        table.Write(output);
        foreach (var broken in different.Where(each => each.LastLog.Count > 0))
        {
            output.WriteLine(Untrusted.Clean($"last lines of {broken.Identity}:"));
            foreach (var line in broken.LastLog.TakeLast(LastLines))
                output.WriteLine($"| {Untrusted.Clean(line)}");
        }

        var parts = new List<string>();
        if (different.Count > 0)
            parts.Add($"{different.Count} of {Count(drift.Objects.Count)} differ{(different.Count == 1 ? "s" : "")} from what is recorded");
        if (unknown.Count > 0)
            parts.Add($"{unknown.Count} of {Count(drift.Objects.Count)} cannot be told about now");
        output.WriteLine($"{style.Bad("✗")} {subject}: {string.Join("; ", parts)}");
    }

    private static string Count(int objects) => objects == 1 ? "1 object" : $"{objects} objects";
}
