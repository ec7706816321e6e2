using System.Text;

namespace CaaStle.Engine.Definitions;

/// <summary>Splits a command as a POSIX shell does, with quotes and backslashes but without expansions.</summary>
internal static class ShellWords
{
    /// <summary>The words, or null when a quote is not closed.</summary>
    public static IReadOnlyList<string>? Split(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char? quote = null;
        for (var index = 0; index < text.Length; index++)
        {
            var c = text[index];
            if (c == '\\' && quote != '\'' && index + 1 < text.Length)
            {
                var escaped = text[++index];
                (word ??= new()).Append(quote == '"' && escaped is not ('"' or '\\' or '$' or '`') ? $"\\{escaped}" : escaped);
            }
            else if (c == quote)
            {
                quote = null;
            }
            else if (quote is null && c is ('"' or '\''))
            {
                quote = c;
                word ??= new();
            }
            else if (quote is null && char.IsWhiteSpace(c))
            {
                AddWord();
            }
            else
            {
                (word ??= new()).Append(c);
            }
        }

        AddWord();
        return quote is null ? words : null;

        void AddWord()
        {
            if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }
    }
}
