namespace CaaStle.Engine.Ports;

/// <summary>Where identifiers, passwords and jitter come from.</summary>
public interface IRandomSource
{
    void Fill(Span<byte> bytes);
}
