using System.Text;

namespace CaaStle.Cli.Output;

/// <summary>Text from clouds, builds and applications, which must not command the terminal.</summary>
internal static class Untrusted
{
    /// <summary>Without escape sequences and control characters; on one line.</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
            return text;
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\u001b' or '\u009b' or '\u009d')
                i = EndOfSequence(text, i);
            else if (text[i] is '\t' or '\n')
                clean.Append(' ');
            else if (!char.IsControl(text[i]))
                clean.Append(text[i]);
        }

        return clean.ToString().TrimEnd();
    }

    /// <returns>The index of the sequence's last character.</returns>
    private static int EndOfSequence(string text, int start)
    {
        var introducer = text[start];
        var i = start + 1;
        if (introducer == '\u001b')
        {
            if (i >= text.Length)
                return start;
            introducer = text[i] switch { '[' => '\u009b', ']' or 'P' or '_' or '^' or 'X' => '\u009d', _ => '\0' };
            if (introducer == '\0')
            {
                while (i < text.Length - 1 && text[i] is >= ' ' and <= '/')
                    i++;
                return i;
            }

            i++;
        }

        if (introducer == '\u009b')
        {
            while (i < text.Length && text[i] is >= ' ' and <= '?')
                i++;
            return Math.Min(i, text.Length - 1);
        }

        // A string up to its terminator: BEL, ST or ESC \.
        for (; i < text.Length; i++)
        {
            if (text[i] is '\u0007' or '\u009c')
                return i;
            if (text[i] == '\u001b' && i + 1 < text.Length && text[i + 1] == '\\')
                return i + 1;
        }

        return text.Length - 1;
    }
}
