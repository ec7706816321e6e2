using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>Tries once whether a running container does its work.</summary>
internal sealed class ReadinessProbe(DockerClient docker, TimeProvider clock)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection must stay open. Docker accepts on a published port before it knows whether the container does, and hangs up
    /// at once if it does not.
    /// </summary>
    private static readonly TimeSpan HoldsFor = TimeSpan.FromMilliseconds(250);

    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <returns>Why it is not ready, in one line; null when it is.</returns>
    public async Task<string?> FindFaultAsync(Readiness readiness, ContainerState container, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AnswerWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return readiness switch
            {
                CommandReadiness command => await RunAsync(command, container, either.Token),
                HttpReadiness http => await RequestAsync(http, container, either.Token),
                TcpReadiness tcp => await ConnectAsync(tcp, container, either.Token),
                _ => throw new InvalidOperationException($"There is no probe for {readiness.GetType().Name}."),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {AnswerWithin.TotalSeconds} s");
        }
    }

    private async Task<string?> RunAsync(CommandReadiness command, ContainerState container, CancellationToken cancellationToken)
    {
        try
        {
            var result = await docker.ExecAsync(container.Id, command.Command, command.Variables, cancellationToken);
            return result.ExitCode == 0
                ? null
                : result.Output.LastOrDefault(line => line.Length > 0) ?? $"the check ended with code {result.ExitCode}";
        }
        catch (CloudException e) when (e.Code is "404" or "409")
        {
            // It has stopped since it was read; the next read says why.
            return e.Message;
        }
    }

    private static async Task<string?> RequestAsync(HttpReadiness http, ContainerState container, CancellationToken cancellationToken)
    {
        if (!container.HostPorts.TryGetValue(http.ContainerPort, out var port))
        {
            return NotPublished(http.ContainerPort);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/{http.Path.TrimStart('/')}");
        request.Headers.ConnectionClose = true;
        try
        {
            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode < 400 ? null : $"GET {http.Path} answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException)
        {
            return $"GET {http.Path}: nothing answers on port {http.ContainerPort}";
        }
    }

    private async Task<string?> ConnectAsync(TcpReadiness tcp, ContainerState container, CancellationToken cancellationToken)
    {
        if (!container.HostPorts.TryGetValue(tcp.ContainerPort, out var port))
        {
            return NotPublished(tcp.ContainerPort);
        }

        var fault = $"nothing listens on port {tcp.ContainerPort}";
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var held = new CancellationTokenSource(HoldsFor, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.Token);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return await socket.ReceiveAsync(new byte[1], SocketFlags.None, either.Token) > 0 ? null : fault;
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (SocketException)
        {
            return fault;
        }
    }

    private static string NotPublished(int port) => $"port {port} is not published";
}
