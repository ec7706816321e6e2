using System.Security.Cryptography;
using CaaStle.Engine.Ports;

namespace CaaStle.Storage.Tests.Postgres;

/// <summary>What one server draws, no other does.</summary>
internal sealed class TrueRandom : IRandomSource
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
