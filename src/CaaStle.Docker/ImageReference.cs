using System.Text.RegularExpressions;
using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <summary>What an image is called: <c>[registry/]repository[:tag][@digest]</c>.</summary>
/// <param name="Repository">Registry and path, with the digest where there is one.</param>
/// <param name="Tag">Null where a digest says which image is meant.</param>
internal sealed partial record ImageReference(string Repository, string? Tag)
{
    /// <summary>The registry of images whose names have no registry.</summary>
    public const string DockerHub = "docker.io";

    /// <summary>Throws <see cref="CloudException"/> when Docker could not understand it either.</summary>
    public static ImageReference Parse(string text)
    {
        if (!Form().IsMatch(text) || text.Contains("..", StringComparison.Ordinal))
        {
            throw new CloudException(
                CloudFault.Refused, $"'{text}' is not the name of an image. Write it as repository:tag, such as nginx:1.27.");
        }

        if (text.Contains('@', StringComparison.Ordinal))
        {
            return new(text, null);
        }

        // A colon before the last slash belongs to the registry's port.
        var colon = text.IndexOf(':', text.LastIndexOf('/') + 1);
        return colon < 0 ? new(text, "latest") : new(text[..colon], text[(colon + 1)..]);
    }

    /// <summary>The host of the registry that has the image.</summary>
    public string Registry =>
        Repository.Split('/') is [var first, _, ..]
        && (first.AsSpan().IndexOfAny('.', ':') >= 0 || first == "localhost")
        && first != "index.docker.io"
            ? first
            : DockerHub;

    public override string ToString() => Tag is null ? Repository : $"{Repository}:{Tag}";

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._\-/:]*(@[A-Za-z0-9]+:[A-Fa-f0-9]+)?$")]
    private static partial Regex Form();
}
