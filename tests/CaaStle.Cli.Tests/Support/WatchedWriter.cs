namespace CaaStle.Cli.Tests.Support;

/// <summary>Tells when a text has been written to it.</summary>
internal sealed class WatchedWriter(string text, Action written) : StringWriter
{
    public override void WriteLine(string? value)
    {
        Write(value + "\n");
        if (value?.Contains(text) == true)
            written();
    }
}
