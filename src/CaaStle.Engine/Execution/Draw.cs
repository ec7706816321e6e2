using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>Draws identifiers and passwords from a random source.</summary>
internal static class Draw
{
    private const string IdentifierLetters = "abcdefghjkmnpqrstuvwxyz023456789";
    private const string PasswordLetters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    /// <summary>Letters and digits that need no quoting anywhere.</summary>
    public static string Password(IRandomSource random, int length) => Text(random, PasswordLetters, length);

    public static string SubjectId(IRandomSource random) => Text(random, IdentifierLetters, 6);

    /// <summary><c>op-</c>, the time in milliseconds so that identifiers sort by it, and six random letters.</summary>
    public static string OperationId(IRandomSource random, DateTimeOffset now)
    {
        const string sorted = "0123456789abcdefghjkmnpqrstvwxyz";
        Span<char> time = stackalloc char[9];
        var milliseconds = now.ToUnixTimeMilliseconds();
        for (var place = time.Length - 1; place >= 0; place--)
        {
            time[place] = sorted[(int)(milliseconds & 31)];
            milliseconds >>= 5;
        }

        return $"op-{time}{Text(random, IdentifierLetters, 6)}";
    }

    private static string Text(IRandomSource random, string letters, int length)
    {
        // Bytes beyond the largest multiple of the alphabet are drawn again, so that each letter is equally likely.
        var limit = 256 - (256 % letters.Length);
        var text = new char[length];
        Span<byte> drawn = stackalloc byte[1];
        for (var place = 0; place < length;)
        {
            random.Fill(drawn);
            if (drawn[0] < limit)
            {
                text[place++] = letters[drawn[0] % letters.Length];
            }
        }

        return new(text);
    }
}
