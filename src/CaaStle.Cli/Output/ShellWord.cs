namespace CaaStle.Cli.Output;

internal static class ShellWord
{
    /// <summary>The word as it is typed in a shell: in quotes where a shell would change or split it.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(letter => char.IsLetterOrDigit(letter) || "-_./=:,@%+".Contains(letter))
            ? word
            : $"'{word.Replace("'", @"'\''")}'";
}
