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

    public static void WriteObjects(IReadOnlyList<ObjectView> objects, TextWriter output, Style style)
    {
        if (objects.Count == 0)
            return;
        output.WriteLine("\nObjects");
        var table = new Table("", "", "", "", "");
        foreach (var found in objects)
        {
            // What is recorded as ready may be so no more; anything else is not expected to be.
            var state = found is { Status: ObjectDriftView.Ready, Now: { } now } ? now.State : found.Status;
            table.Add(found.Key, found.Kind, found.Identity, Table.Cell.Status(state, style), found.Now?.Detail == state ? "" : found.Now?.Detail);
        }

        table.Write(output, "  ");
    }
}
