using System.Security.Cryptography;
using CaaStle.Engine.Ports;

namespace CaaStle.Server.Hosting;

internal sealed class SystemRandomSource : IRandomSource
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
