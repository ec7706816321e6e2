namespace CaaStle.Cli.Output;

/// <summary>Keys of objects: <c>mysql/volume</c> is the volume of the part mysql; <c>network</c> is a part of its own.</summary>
internal static class ObjectKey
{
    public static string Part(string key) => key.IndexOf('/') is var slash and > 0 ? key[..slash] : key;

    /// <summary>The key of the step that an object is for: without the <c>#2</c> of one that stands beside another.</summary>
    public static string InPlan(string key) => key.IndexOf('#') is var mark and > 0 ? key[..mark] : key;

    /// <summary>What an object is called within its part.</summary>
    public static string InPart(string key) => key.IndexOf('/') is var slash and > 0 ? key[(slash + 1)..] : key;
}
