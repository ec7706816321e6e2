using System.Net;
using System.Net.Http.Headers;
using CaaStle.Api;

namespace CaaStle.Cli.Connection;

/// <summary>The way to the server: finds it, starts it if none runs, and finds it again after a restart.</summary>
internal sealed class ServerConnection : IDisposable
{
    private readonly ServerHome home;
    private readonly CommandContext context;
    private readonly HttpMessageInvoker http;

    /// <param name="note">Is told when a server is started.</param>
    /// <param name="announce">Whether to tell also which server is spoken to.</param>
    public ServerConnection(CommandContext context, Action<string> note, bool announce = false)
    {
        this.context = context;
        home = new ServerHome(context.Home);
        http = new HttpMessageInvoker(new Handler(this, note, announce));
        Client = new CaaStleClient(http, context.Clock);
    }

    public CaaStleClient Client { get; }

    /// <summary>False for commands that are about a server that may not run.</summary>
    public bool StartsServer { get; set; } = true;

    public string HomePath => home.Path;

    /// <summary>Whether the server is ours, with our home, and no other that is given by its address.</summary>
    public bool IsOnThisMachine => GivenAddress is null;

    /// <summary>The address of a server that is not ours to start.</summary>
    private Uri? GivenAddress => context.NonEmptyVariable("CLD_SERVER") is not { } given ? null
        : Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : throw LocalProblems.Create(LocalProblems.Usage, $"CLD_SERVER is '{given}', which is no address.", "It looks like http://127.0.0.1:5002.");

    /// <returns>Null when no server has left its address.</returns>
    public Uri? Address => GivenAddress ?? (home.ReadAddress() is { } found ? new Uri(found.Url) : null);

    public void Dispose() => http.Dispose();

    private static SocketsHttpHandler CreateSockets() => new() { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };

    private sealed class Handler(ServerConnection connection, Action<string> note, bool announce) : DelegatingHandler(CreateSockets())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!;
            var address = connection.Address;
            if (address is not null)
            {
                try
                {
                    return await SendAsync(address, path, request, cancellationToken);
                }
                catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
                {
                    if (connection.GivenAddress is not null || !connection.StartsServer)
                        throw NotAnswering(address, e, connection.GivenAddress is null ? "cld server start" : "cld server status");
                }
            }
            else if (!connection.StartsServer)
            {
                throw LocalProblems.Unreachable("No server runs.", null, "cld server start");
            }

            await new ServerLauncher(connection.context, connection.home, note).StartAsync(AnswersAsync, cancellationToken);
            address = connection.Address ?? throw LocalProblems.Unreachable("The server ended again.", null, "cld server status");
            try
            {
                return await SendAsync(address, path, request, cancellationToken);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // It has answered just now: whoever may ask again does so.
                throw new IOException("The server ended again.", e);
            }
        }

        private async Task<HttpResponseMessage> SendAsync(Uri address, Uri path, HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address, path);
            if (announce)
                note($"{request.Method} {request.RequestUri}");
            var token = connection.context.NonEmptyVariable("CLD_TOKEN") ?? connection.home.ReadToken();
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var response = await base.SendAsync(request, cancellationToken);
            return token is null && response.StatusCode == HttpStatusCode.Unauthorized && connection.GivenAddress is null ? throw TokenMissing() : response;
        }

        private async Task<bool> AnswersAsync(ServerAddress found, CancellationToken cancellationToken)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Routes.Server);
            try
            {
                using var response = await SendAsync(new Uri(found.Url), new Uri(Routes.Server, UriKind.Relative), request, cancellationToken);
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        private ProblemException TokenMissing() => LocalProblems.Create(
            ProblemCodes.Unauthorized,
            $"The server's token is gone: there is no {connection.home.TokenFile}.",
            "A server that is started anew writes a new one. Operations under way go on then.",
            [.. connection.home.ReadAddress() is { } running ? [$"kill {running.ProcessId}"] : Array.Empty<string>(), "cld server start"]);

        private static ProblemException NotAnswering(Uri address, HttpRequestException cause, string next) =>
            LocalProblems.Unreachable($"The server at {address} does not answer.", cause.Message, next);
    }
}
