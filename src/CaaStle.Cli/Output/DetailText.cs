using CaaStle.Api;

namespace CaaStle.Cli.Output;

/// <summary>Parts that the <c>show</c> commands have in common.</summary>
internal static class DetailText
{
    public static void WriteOutputs(IReadOnlyList<OutputView> outputs, TextWriter output)
    {
        if (outputs.Count == 0)
            return;
        output.WriteLine("\nOutputs");
        OutputsText.Write(outputs, output, indent: "  ");
    }

    public static void WriteResource(ResourceView resource, TextWriter output, Style style)
    {
        var name = resource.Name == resource.Type ? resource.Type : $"{resource.Name} ({resource.Type})";
        output.WriteLine($"  {style.Strong(Untrusted.Clean(name))}  {style.Status(Untrusted.Clean(resource.Status))}");
        OutputsText.Write(resource.Outputs, output, indent: "    ");
    }

    /// <summary>Why several objects, and for one and the same reason, cannot be told about now; null when there is no such reason.</summary>
    public static string? CommonReason(IReadOnlyList<ObjectView> objects)
    {
        var unknown = objects.Where(each => each.Now?.State == ObjectDriftView.Unknown).Select(each => each.Now!.Detail).ToList();
        return unknown.Count > 1 && unknown.Distinct().Count() == 1 ? unknown[0] : null;
    }

    public static void WriteObjects(IReadOnlyList<ObjectView> objects, TextWriter output, Style style)
    {
        if (objects.Count == 0)
            return;
        output.WriteLine("\nObjects");
        var table = new Table("", "", "", "", "");
        var reason = CommonReason(objects);
        foreach (var found in objects)
        {
            // What is recorded as ready may be so no more; anything else is not expected to be.
            var state = found is { Status: ObjectDriftView.Ready, Now: { } now } ? now.State : found.Status;
            var detail = found.Now?.Detail;
            table.Add(
                found.Key, found.Kind, found.Identity, Table.Cell.Status(state, style), detail == state || detail == reason ? null : detail);
        }

        table.Write(output, "  ");
    }
}
