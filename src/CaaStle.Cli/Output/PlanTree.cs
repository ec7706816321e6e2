using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>What an operation would do, as a tree of parts.</summary>
internal static class PlanTree
{
    public static void Write(PlanView plan, TextWriter output, Style style)
    {
        output.WriteLine($"{style.Strong(Untrusted.Clean(plan.Subject))}  {plan.Action}");
        var table = new Table("", "", "");
        foreach (var (name, step) in Rows([.. plan.Steps.GroupBy(Part)]))
            table.Add(name, new Table.Cell(Untrusted.Clean(step?.Kind ?? ""), style.Faint), $"{step?.Identity}{(step is { HoldsData: true } ? "  (holds data)" : "")}");
        table.Write(output);
        output.WriteLine(plan.Steps.Count == 1 ? $"1 object to {plan.Action}." : $"{plan.Steps.Count} objects to {plan.Action}.");
    }

    /// <summary>A part of one object is one row; the objects of others are below the part.</summary>
    private static IEnumerable<(string Name, PlanStepView? Step)> Rows(IReadOnlyList<IGrouping<string, PlanStepView>> parts)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            var (branch, below) = i == parts.Count - 1 ? ("└─ ", "   ") : ("├─ ", "│  ");
            var steps = parts[i].ToList();
            if (steps.Count == 1)
            {
                yield return (branch + steps[0].Key, steps[0]);
                continue;
            }

            yield return (branch + parts[i].Key, null);
            for (var j = 0; j < steps.Count; j++)
            {
                var name = steps[j].Key == parts[i].Key ? steps[j].Key : steps[j].Key[(parts[i].Key.Length + 1)..];
                yield return ($"{below}{(j == steps.Count - 1 ? "└─ " : "├─ ")}{name}", steps[j]);
            }
        }
    }

    private static string Part(PlanStepView step) => step.Key.IndexOf('/') is var slash and > 0 ? step.Key[..slash] : step.Key;
}
