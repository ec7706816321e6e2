namespace CaaStle.Cli.Output;

internal static class ImageText
{
    private const string Algorithm = "sha256:";
    private const int ShortLength = 12;

    /// <summary>The first letters of an image's digest, as Docker's tools show it; what has none stays as it is.</summary>
    public static string Short(string image)
    {
        var start = image.IndexOf(Algorithm, StringComparison.Ordinal);
        return start < 0 ? image : image[(start + Algorithm.Length)..][..Math.Min(ShortLength, image.Length - start - Algorithm.Length)];
    }
}
