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
        var isUpdate = plan.Steps.Any(step => step.Change is not null);
        var table = isUpdate ? new Table("", "", "", "") : new Table("", "", "");
        foreach (var (name, step) in Rows([.. plan.Steps.GroupBy(step => ObjectKey.Part(step.Key))]))
        {
            Table.Cell kind = new(Untrusted.Clean(step?.Kind is GeneratedValue ? "secret" : step?.Kind ?? ""), style.Faint);
            Table.Cell detail = $"{step?.Identity}{Data(step)}";
            if (isUpdate)
                table.Add(Sign(step, style), name, kind, detail);
            else
                table.Add(name, kind, detail);
        }

        table.Write(output);
        output.WriteLine(isUpdate ? UpdateSummary(plan) : Summary(plan));
    }

    private static string Summary(PlanView plan)
    {
        var values = plan.Steps.Count(step => step.Kind == GeneratedValue);
        return $"{Count(plan.Steps.Count - values, "object")} to {plan.Action}{(values > 0 ? $", {Count(values, "secret")} to generate" : "")}.";
    }

    private static string UpdateSummary(PlanView plan)
    {
        var counts = new[] { ("create", "create"), ("change", "change in place"), ("replace", "replace"), ("delete", "delete") }
            .Select(change => (Count: plan.Steps.Count(step => step.Change == change.Item1), Meaning: change.Item2))
            .Where(change => change.Count > 0)
            .Select(change => $"{change.Count} to {change.Meaning}")
            .ToList();
        var lost = plan.Steps.Where(step => step.LosesData).Select(step => Untrusted.Clean(step.Key)).ToList();
        return (counts.Count == 0 ? "Nothing to change." : $"{string.Join(", ", counts)}.")
            + (lost.Count == 0 ? "" : $" The data of {string.Join(", ", lost)} will be lost.");
    }

    private static Table.Cell Sign(PlanStepView? step, Style style) => step?.Change switch
    {
        "create" => new Table.Cell("+", style.Good),
        "change" => new Table.Cell("~", style.Busy),
        "replace" => new Table.Cell("-/+", style.Busy),
        "delete" => new Table.Cell("-", style.Bad),
        _ => new Table.Cell(""),
    };

    private static string Data(PlanStepView? step) => step switch
    {
        { LosesData: true } => "  (its data will be lost)",
        { HoldsData: true } => "  (holds data)",
        _ => "",
    };

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
