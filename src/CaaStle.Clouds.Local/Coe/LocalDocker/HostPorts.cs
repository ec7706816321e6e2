using System.Net;
using System.Net.Sockets;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Coe.LocalDocker;

/// <summary>This machine's ports.</summary>
internal static class HostPorts
{
    /// <param name="subjectId">The application that wants the port: that its own entry has it is no obstacle.</param>
    /// <returns>Who has the port, in words; null when nobody else has.</returns>
    public static async Task<string?> FindHolderAsync(DockerClient docker, int port, string subjectId, CancellationToken cancellationToken)
    {
        if (!IsTaken(port))
        {
            return null;
        }

        var path = DockerClient.Path("containers/json", ("filters", DockerClient.Filters(("publish", $"{port}"))));
        var holders = await docker.GetAsync<IReadOnlyList<ContainerSummary>>(path, cancellationToken);
        return holders switch
        {
            [] => "another program",
            [{ Labels: { } labels }, ..] when labels.GetValueOrDefault(Marks.SubjectIdLabel) == subjectId
                && labels.GetValueOrDefault(Marks.KeyLabel, "").StartsWith(ApplicationPlan.EntryKey, StringComparison.Ordinal) => null,
            [{ Labels: { } labels }, ..] when labels.TryGetValue(Marks.SubjectLabel, out var subject) => subject.Replace('/', ' '),
            [var holder, ..] => $"the Docker container {holder.Names[0].TrimStart('/')}",
        };
    }

    private static bool IsTaken(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return false;
        }
        catch (SocketException e)
        {
            // That we may not use a low port does not keep Docker from it.
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
