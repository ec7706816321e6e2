using System.Net;
using System.Net.Sockets;

namespace CaaStle.Clouds.Local.Tests;

internal static class FreePort
{
    /// <summary>A port on the loopback address that nothing uses at the moment.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
