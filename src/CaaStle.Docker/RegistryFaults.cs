namespace CaaStle.Docker;

/// <summary>What the engine says of a registry.</summary>
internal static class RegistryFaults
{
    private static readonly string[] Passing = ["unexpected EOF", "connection reset by peer", "TLS handshake timeout"];

    /// <summary>Whether another attempt may go well.</summary>
    public static bool IsPassing(string message) => Passing.Any(message.Contains);
}
