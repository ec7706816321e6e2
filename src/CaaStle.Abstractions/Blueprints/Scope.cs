using System.Security.Cryptography;
using System.Text;

namespace CaaStle.Abstractions;

/// <summary>Names for the objects of one subject, decided before anything is made.</summary>
/// <param name="Name">The subject's name, as the user gave it.</param>
/// <param name="Id">Identifies this life of the subject; a later one of the same name has another, so their objects never meet.</param>
public sealed record Scope(string Name, string Id)
{
    /// <summary>
    /// A deterministic name such as <c>orders-mysql-k3f9a2</c>: readable, of lower-case letters, digits and dashes, at most
    /// <paramref name="maximumLength"/> long (the middle is shortened to a digest of the whole where it would be longer).
    /// </summary>
    public string ObjectName(string part, int maximumLength = 63)
    {
        var readable = Clean($"{Name}-{part}");
        var full = $"{readable}-{Id}";
        if (full.Length <= maximumLength)
        {
            return full;
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(full)))[..6];
        return $"{readable[..(maximumLength - Id.Length - 8)].TrimEnd('-')}-{digest}-{Id}";
    }

    private static string Clean(string text) =>
        new([.. text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
}
