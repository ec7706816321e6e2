namespace CaaStle.Engine.Definitions;

/// <summary>Finds the word that was probably meant.</summary>
internal static class NearestWord
{
    private const int MaximumLength = 64;

    /// <summary>The valid word nearest to the one written, if it is so near that a slip of the fingers explains it.</summary>
    public static string? Find(string written, IEnumerable<string> valid)
    {
        if (written.Length > MaximumLength)
        {
            return null;
        }

        var (best, distance) = valid
            .Select(word => (Word: word, Distance: Distance(written.ToLowerInvariant(), word.ToLowerInvariant())))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault((Word: "", Distance: int.MaxValue));
        return distance <= Math.Max(1, Math.Min(written.Length, best.Length) / 3) ? best : null;
    }

    /// <summary>Damerau-Levenshtein, each pair of letters exchanged at most once.</summary>
    private static int Distance(string left, string right)
    {
        var distances = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                distances[i, j] = (i, j) switch
                {
                    (_, 0) => i,
                    (0, _) => j,
                    _ => Math.Min(
                        Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1,
                        distances[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }

        return distances[left.Length, right.Length];
    }
}
