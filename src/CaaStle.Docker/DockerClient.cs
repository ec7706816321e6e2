using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CaaStle.Abstractions;

namespace CaaStle.Docker;

/// <summary>
/// Docker's HTTP API. Paths are relative to the API's version, which is agreed on with the engine at the first request. What the engine
/// refuses is thrown as <see cref="CloudException"/> in its own words, with the HTTP status as code.
/// </summary>
internal sealed class DockerClient : IDisposable
{
    /// <summary>The oldest API that has all that is used here: Docker 20.10.</summary>
    public static readonly Version OldestVersion = new(1, 41);

    private static readonly Version NewestVersion = new(1, 47);

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(2);

    private readonly EngineRecord? record;
    private readonly TimeProvider clock;
    private readonly HttpClient http;
    private DockerEndpoint endpoint;
    private Version? agreedVersion;

    public DockerClient(DockerEndpoint configured, RegistryCredentials credentials, EngineRecord? record, TimeProvider clock)
    {
        endpoint = record?.Check(configured) ?? configured;
        (Credentials, this.record, this.clock) = (credentials, record, clock);
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (endpoint.Sockets.Count > 0)
        {
            handler.ConnectCallback = ConnectAsync;
        }

        if (endpoint.Tls is not null)
        {
            handler.SslOptions = endpoint.Tls.ToOptions();
        }

        http = new HttpClient(handler) { BaseAddress = endpoint.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>What the engine is given when it asks a registry on our behalf.</summary>
    public RegistryCredentials Credentials { get; }

    /// <summary>The engine that is configured, and what else Docker's own client is configured with.</summary>
    /// <param name="variable">Looks an environment variable up.</param>
    /// <param name="record">Null to use whichever engine is configured now.</param>
    public static DockerClient Find(Func<string, string?> variable, EngineRecord? record, TimeProvider clock)
    {
        var config = DockerConfig.Find(variable);
        return new(DockerEndpoint.Find(variable, config), new(config), record, clock);
    }

    /// <summary>Whether the engine's files are on this machine.</summary>
    public bool IsOnThisMachine => endpoint.Sockets.Count > 0;

    /// <summary>A path with query parameters, of which those that are null are left out.</summary>
    public static string Path(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return text.ToString();
    }

    /// <summary>The value of a <c>filters</c> parameter.</summary>
    public static string Filters(params ReadOnlySpan<(string Name, string Value)> filters)
    {
        var byName = new Dictionary<string, List<string>>();
        foreach (var (name, value) in filters)
        {
            byName.TryAdd(name, []);
            byName[name].Add(value);
        }

        return JsonSerializer.Serialize(byName);
    }

    /// <summary>A moment as Docker's <c>since</c> and <c>until</c> take it.</summary>
    public static string Moment(DateTimeOffset at) =>
        ((at - DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("F7", CultureInfo.InvariantCulture);

    /// <summary>The API's version that the engine speaks.</summary>
    public async Task<Version> ReadVersionAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "_ping");
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return response.Headers.TryGetValues("Api-Version", out var values) && Version.TryParse(values.First(), out var version)
            ? version
            : throw new CloudException(CloudFault.Refused, $"What listens at {endpoint.Name} is not Docker's engine: it names no API version.");
    }

    /// <summary>Throws <see cref="CloudException"/> where the engine cannot be used: it is not there, or too old.</summary>
    public async Task CheckVersionAsync(CancellationToken cancellationToken)
    {
        var version = await ReadVersionAsync(cancellationToken);
        if (version < OldestVersion)
        {
            throw new CloudException(
                CloudFault.Refused,
                $"Docker's engine speaks version {version} of its API; {OldestVersion} (Docker 20.10) or later is needed. Upgrade it.");
        }
    }

    /// <returns>Null when the engine answers that there is no such thing.</returns>
    public async Task<T?> FindAsync<T>(string path, CancellationToken cancellationToken) where T : class
    {
        try
        {
            return await ExchangeAsync<T>(HttpMethod.Get, path, body: null, cancellationToken);
        }
        catch (CloudException e) when (e.Code == "404")
        {
            return null;
        }
    }

    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) where T : class =>
        ExchangeAsync<T>(HttpMethod.Get, path, body: null, cancellationToken);

    public Task<T> PostAsync<T>(string path, object body, CancellationToken cancellationToken) where T : class =>
        ExchangeAsync<T>(HttpMethod.Post, path, body, cancellationToken);

    public async Task PostAsync(string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(HttpMethod.Post, path, Json(body), HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    public async Task PutAsync(string path, HttpContent content, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(HttpMethod.Put, path, content, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    /// <summary>Deletes; what is gone already is no error.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await OpenAsync(
                HttpMethod.Delete, path, content: null, HttpCompletionOption.ResponseContentRead, cancellationToken);
        }
        catch (CloudException e) when (e.Code == "404")
        {
        }
    }

    /// <summary>The JSON objects of an answer that is written bit by bit: a pull, a build, events.</summary>
    public IAsyncEnumerable<T> StreamAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) =>
        StreamAsync<T>(method, path, content, header: null, cancellationToken);

    public async IAsyncEnumerable<T> StreamAsync<T>(
        HttpMethod method,
        string path,
        HttpContent? content,
        RequestHeader? header,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(method, path, content, header, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0)
            {
                yield return JsonSerializer.Deserialize<T>(line)!;
            }
        }
    }

    /// <summary>An answer whose body is read by the caller, as far as it wants to. Dispose it to hang up.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        OpenAsync(method, path, Json(body), HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => http.Dispose();

    private static StringContent? Json(object? body) =>
        body is null ? null : new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private async Task<T> ExchangeAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(method, path, Json(body), HttpCompletionOption.ResponseContentRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return (await JsonSerializer.DeserializeAsync<T>(stream, cancellationToken: cancellationToken))!;
    }

    private Task<HttpResponseMessage> OpenAsync(
        HttpMethod method, string path, HttpContent? content, HttpCompletionOption completion, CancellationToken cancellationToken) =>
        OpenAsync(method, path, content, header: null, completion, cancellationToken);

    private async Task<HttpResponseMessage> OpenAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        RequestHeader? header,
        HttpCompletionOption completion,
        CancellationToken cancellationToken)
    {
        var version = agreedVersion ??= await AgreeOnVersionAsync(cancellationToken);
        if (method == HttpMethod.Post && record is not null)
        {
            endpoint = record.Write(endpoint);
        }

        using var request = new HttpRequestMessage(method, $"v{version}/{path}") { Content = content };
        if (header is not null)
        {
            request.Headers.Add(header.Name, header.Value.Reveal());
        }

        var response = await SendAsync(request, completion, cancellationToken);

        // 304 says that a container is started or stopped already.
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
        {
            return response;
        }

        using (response)
        {
            throw await ErrorAsync(response, cancellationToken);
        }
    }

    private async Task<Version> AgreeOnVersionAsync(CancellationToken cancellationToken)
    {
        var offered = await ReadVersionAsync(cancellationToken);
        return offered < NewestVersion ? offered : NewestVersion;
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        if (endpoint.Problem is not null)
        {
            throw new CloudException(CloudFault.Refused, endpoint.Problem);
        }

        // A build's answer begins only when its context has been read, which takes as long as it takes.
        using var limit = request.Content is not (null or ByteArrayContent) ? null : new CancellationTokenSource(AnswerWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit?.Token ?? CancellationToken.None);
        try
        {
            return await http.SendAsync(request, completion, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CloudException(
                CloudFault.Unreachable, $"Docker's engine at {endpoint.Name} gave no answer within {AnswerWithin.TotalSeconds} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            // The engine that comes back may be another one.
            agreedVersion = null;
            throw new CloudException(CloudFault.Unreachable, Unreachable(e), e);
        }
    }

    private string Unreachable(Exception e)
    {
        var socketError = (e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode;
        var reason = (e.InnerException ?? e).Message.TrimEnd('.');
        return socketError switch
        {
            SocketError.AccessDenied =>
                $"Docker's engine at {endpoint.Name} does not let this user in: {reason}. "
                + "Run `sudo usermod -aG docker $USER`, then log in again and restart the server: `cld server stop`.",
            _ when endpoint.Sockets.Count > 0 && e is not HttpIOException =>
                $"Docker's engine at {endpoint.Name} cannot be reached: {reason}. Start it: `sudo systemctl start docker`.",
            _ => $"Docker's engine at {endpoint.Name} cannot be reached: {reason}.",
        };
    }

    private static async Task<CloudException> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var message = text.Trim();
        try
        {
            message = JsonSerializer.Deserialize<ErrorMessage>(text)?.message ?? message;
        }
        catch (JsonException)
        {
        }

        var status = (int)response.StatusCode;
        var fault = status is 409 or 429 or >= 500 ? CloudFault.Busy : CloudFault.Refused;
        return new(fault, message.Length > 0 ? message : $"Docker answered {status}.")
        {
            Code = status.ToString(CultureInfo.InvariantCulture),
        };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint.Socket), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
