using System.Text;

namespace CaaStle.Engine.Definitions;

/// <summary>Commands as a POSIX shell reads them, with quotes and backslashes but without expansions.</summary>
public static class ShellWords
{
    /// <returns>The word as it is typed: in quotes where a shell would change or split it.</returns>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || "-_./=:,@%+".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

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
