using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>What an operation would do, as a tree of parts.</summary>
internal static class PlanTree
{
    public static void Write(PlanView plan, TextWriter output, Style style)
    {
        output.WriteLine($"{style.Strong(Untrusted.Clean(plan.Subject))}  {plan.Action}");
        var parts = plan.Steps.GroupBy(Part).ToList();
        var keyWidth = plan.Steps.Select(step => Untrusted.Clean(step.Key).Length + (Part(step) == step.Key ? 3 : 0)).DefaultIfEmpty(0).Max() + 3;
        var kindWidth = plan.Steps.Select(step => Untrusted.Clean(step.Kind).Length).DefaultIfEmpty(0).Max() + 2;
        for (var i = 0; i < parts.Count; i++)
        {
            var isLast = i == parts.Count - 1;
            if (parts[i].Count() == 1)
            {
                WriteStep(parts[i].First(), parts[i].First().Key, isLast ? "└─ " : "├─ ", keyWidth);
                continue;
            }

            output.WriteLine($"{(isLast ? "└─ " : "├─ ")}{Untrusted.Clean(parts[i].Key)}");
            var steps = parts[i].ToList();
            for (var j = 0; j < steps.Count; j++)
            {
                var name = steps[j].Key == parts[i].Key ? "." : steps[j].Key[(parts[i].Key.Length + 1)..];
                WriteStep(steps[j], name, (isLast ? "   " : "│  ") + (j == steps.Count - 1 ? "└─ " : "├─ "), keyWidth);
            }
        }

        output.WriteLine(plan.Steps.Count == 1 ? $"1 object to {plan.Action}." : $"{plan.Steps.Count} objects to {plan.Action}.");

        void WriteStep(PlanStepView step, string name, string branch, int width)
        {
            var key = Untrusted.Clean(name).PadRight(Math.Max(width - branch.Length + 3, 0));
            var remark = step.HoldsData ? "  (holds data)" : "";
            var line = $"{branch}{key}  {style.Faint(Untrusted.Clean(step.Kind).PadRight(kindWidth))}{Untrusted.Clean(step.Identity ?? "")}{remark}";
            output.WriteLine(line.TrimEnd());
        }
    }

    private static string Part(PlanStepView step) => step.Key.IndexOf('/') is var slash and > 0 ? step.Key[..slash] : step.Key;
}
