using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>What an operation would do, as a tree of parts.</summary>
internal static class PlanTree
{
    /// <summary>The kind of what is drawn by the engine and is no object of a cloud.</summary>
    private const string GeneratedValue = "value";

    public static void Write(PlanView plan, TextWriter output, Style style)
    {
        output.WriteLine($"{style.Strong(Untrusted.Clean(plan.Subject))}  {plan.Action}");
        var table = new Table("", "", "");
        foreach (var (name, step) in Rows([.. plan.Steps.GroupBy(step => ObjectKey.Part(step.Key))]))
            table.Add(name, new Table.Cell(Untrusted.Clean(step?.Kind is GeneratedValue ? "secret" : step?.Kind ?? ""), style.Faint), $"{step?.Identity}{(step is { HoldsData: true } ? "  (holds data)" : "")}");
        table.Write(output);
        var values = plan.Steps.Count(step => step.Kind == GeneratedValue);
        output.WriteLine($"{Count(plan.Steps.Count - values, "object")} to {plan.Action}{(values > 0 ? $", {Count(values, "secret")} to generate" : "")}.");
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    /// <summary>A part of one object is one row; the objects of others are below the part.</summary>
    private static IEnumerable<(string Name, PlanStepView? Step)> Rows(IReadOnlyList<IGrouping<string, PlanStepView>> parts)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            var (branch, below) = i == parts.Count - 1 ? ("└── ", "    ") : ("├── ", "│   ");
            var steps = parts[i].ToList();
            if (steps.Count == 1)
            {
                yield return (branch + steps[0].Key, steps[0]);
                continue;
            }

            yield return (branch + parts[i].Key, null);
            for (var j = 0; j < steps.Count; j++)
            {
                yield return ($"{below}{(j == steps.Count - 1 ? "└── " : "├── ")}{ObjectKey.InPart(steps[j].Key)}", steps[j]);
            }
        }
    }
}
