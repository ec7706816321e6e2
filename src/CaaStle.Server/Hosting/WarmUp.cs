using System.Net.Sockets;
using System.Text;
using CaaStle.Api;

namespace CaaStle.Server.Hosting;

/// <summary>
/// Asks the server something that needs no store, while that is being opened: most of what the first answer costs is the framework's code
/// for receiving, routing and answering being compiled, which then is done.
/// </summary>
internal static class WarmUp
{
    public static async Task AnswerOnceAsync(Uri server, string token)
    {
        var request = $"GET {Routes.Types} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n";
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.Host, server.Port);
            await client.Client.SendAsync(Encoding.ASCII.GetBytes(request));
            var answer = new byte[4096];
            while (await client.Client.ReceiveAsync(answer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Then the first client's request is the one that takes longer.
        }
    }
}
