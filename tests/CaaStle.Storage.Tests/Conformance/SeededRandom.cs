using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Tests.Conformance;

internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random random = new(seed);

    public void Fill(Span<byte> bytes) => random.NextBytes(bytes);
}
