using System.Text;

namespace CaaStle.Cli.Output;

/// <summary>Aligned columns without lines around them.</summary>
internal sealed class Table(params IReadOnlyList<string> headings)
{
    private const string Gap = "   ";

    private readonly List<Cell[]> rows = [];

    /// <param name="Style">Puts the colour on; must not change the visible length.</param>
    public readonly record struct Cell(string Text, Func<string, string>? Style = null)
    {
        public static implicit operator Cell(string? text) => new(Untrusted.Clean(text ?? ""));

        public static Cell Status(string status, Style style) => new(Untrusted.Clean(status), style.Status);
    }

    public void Add(params Cell[] cells) => rows.Add(cells);

    public void Write(TextWriter output, string indent = "")
    {
        var widths = headings.Select((heading, column) => rows.Select(row => row[column].Text.Length).Append(heading.Length).Max()).ToArray();
        var text = new StringBuilder();
        if (headings.Any(heading => heading.Length > 0))
            AppendRow(text, indent, widths, [.. headings.Select(heading => new Cell(heading))]);
        foreach (var row in rows)
            AppendRow(text, indent, widths, row);
        output.Write(text.ToString());
    }

    private static void AppendRow(StringBuilder text, string indent, int[] widths, Cell[] row)
    {
        text.Append(indent);
        var last = Array.FindLastIndex(row, cell => cell.Text.Length > 0);
        for (var column = 0; column <= last; column++)
        {
            var cell = row[column];
            text.Append(cell.Style is null ? cell.Text : cell.Style(cell.Text));
            if (column < last)
                text.Append(' ', widths[column] - cell.Text.Length).Append(Gap);
        }

        text.Append('\n');
    }
}
