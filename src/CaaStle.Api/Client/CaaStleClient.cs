using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CaaStle.Api;

/// <summary>
/// The REST API with types. Every method throws <see cref="ProblemException"/> when the server refuses,
/// <see cref="HttpRequestException"/> when it cannot be reached and <see cref="IOException"/> when it goes away in the middle. A question
/// that gets no answer is repeated; so is a request that starts an operation: the server knows it by its key, and starts nothing twice.
/// </summary>
public sealed partial class CaaStleClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly HttpMessageInvoker http;
    private readonly TimeProvider clock;
    private volatile bool hasAnswered;

    /// <param name="http">Gets requests with relative addresses; supplies the server's address and the token.</param>
    /// <param name="clock">By which it waits before it repeats a request; null for the system's.</param>
    public CaaStleClient(HttpMessageInvoker http, TimeProvider? clock = null) =>
        (this.http, this.clock) = (http, clock ?? TimeProvider.System);

    /// <param name="address">Of the server: <c>http://127.0.0.1:5002/</c>.</param>
    /// <param name="token">The content of the file <c>token</c> in the server's home.</param>
    public CaaStleClient(Uri address, string token)
        : this(new HttpMessageInvoker(new ServerAddressHandler(address, token, new SocketsHttpHandler { UseProxy = false })))
    {
    }

    /// <param name="target">Only those in this cloud; null for all.</param>
    public Task<IReadOnlyList<EnvironmentSummary>> ListEnvironmentsAsync(ListPart part, string? target, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Environments}{Query([.. Parameters(part), ("target", target)])}", api => api.IReadOnlyListEnvironmentSummary, cancellationToken);

    public Task<OperationView> CreateEnvironmentAsync(EnvironmentCreateRequest request, CancellationToken cancellationToken) =>
        StartAsync(HttpMethod.Post, Routes.Environments, Body(request, ApiJson.Default.EnvironmentCreateRequest), cancellationToken);

    public Task<PlanView> PlanEnvironmentAsync(EnvironmentCreateRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            $"{Routes.Environments}/plan", Body(request, ApiJson.Default.EnvironmentCreateRequest), api => api.PlanView, cancellationToken);

    /// <param name="now">Tell also how each object is in its cloud at this moment.</param>
    public Task<EnvironmentDetail> GetEnvironmentAsync(string name, bool reveal, bool now, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Environments}/{Escape(name)}{Query(("reveal", reveal), ("now", now))}", api => api.EnvironmentDetail, cancellationToken);

    public Task<OperationView> DeleteEnvironmentAsync(string name, bool force, bool keepData, CancellationToken cancellationToken) =>
        DeleteAsync($"{Routes.Environments}/{Escape(name)}{Query(("force", force), ("keepData", keepData))}", cancellationToken);

    public Task<PlanView> PlanEnvironmentDeletionAsync(string name, bool force, bool keepData, CancellationToken cancellationToken) =>
        GetAsync(
            $"{Routes.Environments}/{Escape(name)}/deletion{Query(("force", force), ("keepData", keepData))}",
            api => api.PlanView,
            cancellationToken);

    public Task<IReadOnlyList<OperationView>> GetEnvironmentHistoryAsync(string name, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Environments}/{Escape(name)}/history", api => api.IReadOnlyListOperationView, cancellationToken);

    public Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(ListPart part, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Containers}{Query([.. Parameters(part)])}", api => api.IReadOnlyListContainerSummary, cancellationToken);

    /// <param name="dockerfile">Path within the context.</param>
    /// <param name="context">A tar of the build context, which can be read again; it is sent only after the server has asked for it.</param>
    public Task<OperationView> CreateContainerAsync(
        string name, string registry, string dockerfile, HttpContent context, CancellationToken cancellationToken) =>
        CreateContainerAsync(name, registry, dockerfile, region: null, profile: null, context, cancellationToken);

    /// <inheritdoc cref="CreateContainerAsync(string, string, string, HttpContent, CancellationToken)"/>
    /// <param name="region">Where the registry is; null for the user's.</param>
    /// <param name="profile">Whose credentials are used; null for those that are found first.</param>
    public Task<OperationView> CreateContainerAsync(
        string name,
        string registry,
        string dockerfile,
        string? region,
        string? profile,
        HttpContent context,
        CancellationToken cancellationToken) =>
        StartAsync(
            HttpMethod.Post,
            Routes.Containers + Query(
                ("name", name), ("registry", registry), ("dockerfile", dockerfile), ("region", region), ("profile", profile)),
            context,
            cancellationToken,
            expectContinue: true);

    public Task<ContainerDetail> GetContainerAsync(string name, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Containers}/{Escape(name)}", api => api.ContainerDetail, cancellationToken);

    public Task<OperationView> DeleteContainerAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync($"{Routes.Containers}/{Escape(name)}", cancellationToken);

    /// <param name="environment">Only those in this environment; null for all.</param>
    public Task<IReadOnlyList<ApplicationSummary>> ListApplicationsAsync(
        ListPart part, string? environment, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Applications}{Query([.. Parameters(part), ("env_name", environment)])}", api => api.IReadOnlyListApplicationSummary, cancellationToken);

    public Task<OperationView> DeployApplicationAsync(ApplicationDeployRequest request, CancellationToken cancellationToken) =>
        StartAsync(HttpMethod.Post, Routes.Applications, Body(request, ApiJson.Default.ApplicationDeployRequest), cancellationToken);

    /// <summary>What must be built before the application can be deployed, in the order of the file.</summary>
    public Task<IReadOnlyList<ApplicationBuildView>> ListBuildsAsync(ApplicationBuildsRequest request, CancellationToken cancellationToken) =>
        PostAsync(
            $"{Routes.Applications}/builds",
            Body(request, ApiJson.Default.ApplicationBuildsRequest),
            api => api.IReadOnlyListApplicationBuildView,
            cancellationToken);

    /// <param name="now">Tell also how each object is in its cloud at this moment.</param>
    public Task<ApplicationDetail> GetApplicationAsync(string name, bool reveal, bool now, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Applications}/{Escape(name)}{Query(("reveal", reveal), ("now", now))}", api => api.ApplicationDetail, cancellationToken);

    public Task<OperationView> DeleteApplicationAsync(string name, bool keepData, CancellationToken cancellationToken) =>
        DeleteAsync($"{Routes.Applications}/{Escape(name)}{Query(("keepData", keepData))}", cancellationToken);

    public Task<OperationView> RedeployApplicationAsync(string name, ApplicationRedeployRequest request, CancellationToken cancellationToken) =>
        StartAsync(
            HttpMethod.Put, $"{Routes.Applications}/{Escape(name)}", Body(request, ApiJson.Default.ApplicationRedeployRequest), cancellationToken);

    /// <param name="revision">Null for the last good one before that in force.</param>
    public Task<OperationView> RollBackApplicationAsync(string name, int? revision, bool noRollback, CancellationToken cancellationToken) =>
        ChangeApplicationAsync(name, $"rollback{Query(("revision", revision), ("noRollback", noRollback))}", cancellationToken);

    public Task<OperationView> ScaleApplicationAsync(string name, int replicas, bool noRollback, CancellationToken cancellationToken) =>
        ChangeApplicationAsync(name, $"scale{Query(("replicas", replicas), ("noRollback", noRollback))}", cancellationToken);

    /// <param name="verb">restart, stop or start.</param>
    public Task<OperationView> SwitchApplicationAsync(string name, string verb, bool noRollback, CancellationToken cancellationToken) =>
        ChangeApplicationAsync(name, $"{verb}{Query(("noRollback", noRollback))}", cancellationToken);

    public Task<OperationView> RunApplicationAsync(string name, ApplicationRunRequest request, CancellationToken cancellationToken) =>
        StartAsync(
            HttpMethod.Post, $"{Routes.Applications}/{Escape(name)}/run", Body(request, ApiJson.Default.ApplicationRunRequest), cancellationToken);

    public Task<IReadOnlyList<RevisionView>> GetApplicationHistoryAsync(string name, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Applications}/{Escape(name)}/history", api => api.IReadOnlyListRevisionView, cancellationToken);

    /// <param name="tail">How many of the last lines to begin with; null for all.</param>
    /// <param name="since">Only lines from then on.</param>
    /// <param name="previous">What was written before the last start, or by what is gone.</param>
    /// <param name="replica">Only this one, from 1.</param>
    public IAsyncEnumerable<LogLineView> ReadApplicationLogsAsync(
        string name, bool follow, int? tail, DateTimeOffset? since, bool previous, int? replica, CancellationToken cancellationToken)
    {
        var query = Query(
            ("follow", follow), ("tail", tail), ("since", since?.ToUniversalTime().ToString("O")), ("previous", previous), ("replica", replica));
        return ReadLinesAsync($"{Routes.Applications}/{Escape(name)}/logs{query}", cancellationToken);
    }

    /// <param name="environment">Null for those of all environments.</param>
    public Task<IReadOnlyList<ResourceView>> ListResourcesAsync(string? environment, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Resources}{Query(("env_name", environment))}", api => api.IReadOnlyListResourceView, cancellationToken);

    public Task<IReadOnlyList<ResourceView>> GetResourcesAsync(string environment, bool reveal, CancellationToken cancellationToken) =>
        GetAsync(
            $"{Routes.Resources}/{Escape(environment)}{Query(("reveal", reveal))}", api => api.IReadOnlyListResourceView, cancellationToken);

    /// <param name="subject"><c>environment/orders</c>; null for all.</param>
    public Task<IReadOnlyList<OperationView>> ListOperationsAsync(string? subject, bool active, int? limit, CancellationToken cancellationToken) =>
        GetAsync(
            $"{Routes.Operations}{Query(("subject", subject), ("active", active), ("limit", limit))}",
            api => api.IReadOnlyListOperationView,
            cancellationToken);

    public Task<OperationView> GetOperationAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Operations}/{Escape(id)}", api => api.OperationView, cancellationToken);

    /// <param name="keep">Of what is being undone: undo it no further, and keep what is there.</param>
    public Task<OperationView> CancelOperationAsync(string id, bool keep, CancellationToken cancellationToken) =>
        AskAsync(
            new HttpRequestMessage(HttpMethod.Post, Relative($"{Routes.Operations}/{Escape(id)}/cancel{Query(("keep", keep))}")),
            api => api.OperationView,
            cancellationToken);

    public Task<IReadOnlyList<EventView>> GetJournalAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"{Routes.Operations}/{Escape(id)}/journal", api => api.IReadOnlyListEventView, cancellationToken);

    /// <summary>The operation's events as they happen, up to its last. Does not reconnect by itself.</summary>
    /// <param name="after">The position of the last event that is known; 0 for all.</param>
    public async IAsyncEnumerable<EventView> WatchOperationAsync(
        string id, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative($"{Routes.Operations}/{Escape(id)}/events"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (after > 0)
            request.Headers.Add("Last-Event-ID", after.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var response = await SendAsync(request, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize(data, ApiJson.Default.EventView)!);
        await foreach (var item in events.EnumerateAsync(cancellationToken))
            yield return item.Data;
    }

    public Task<ValidateResult> ValidateAsync(ValidateRequest request, CancellationToken cancellationToken) =>
        PostAsync(Routes.Validate, Body(request, ApiJson.Default.ValidateRequest), api => api.ValidateResult, cancellationToken);

    public Task<IReadOnlyList<TypeView>> ListTypesAsync(CancellationToken cancellationToken) =>
        GetAsync(Routes.Types, api => api.IReadOnlyListTypeView, cancellationToken);

    /// <summary>Asks whether a server is there: once, because no answer is one.</summary>
    public Task<ServerStatus> GetServerAsync(CancellationToken cancellationToken) =>
        AskAsync(new HttpRequestMessage(HttpMethod.Get, Relative(Routes.Server)), api => api.ServerStatus, cancellationToken);

    public async Task StopServerAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Relative($"{Routes.Server}/stop"));
        using var response = await SendAsync(request, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private async IAsyncEnumerable<LogLineView> ReadLinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative(path));
        using var response = await SendAsync(request, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0)
                yield return JsonSerializer.Deserialize(line, ApiJson.Default.LogLineView)!;
        }
    }

    private Task<T> GetAsync<T>(string path, Func<ApiJson, JsonTypeInfo<T>> type, CancellationToken cancellationToken) =>
        RepeatAsync(() => new(HttpMethod.Get, Relative(path)), type, [], cancellationToken);

    private Task<OperationView> ChangeApplicationAsync(string name, string action, CancellationToken cancellationToken) =>
        StartAsync(HttpMethod.Post, $"{Routes.Applications}/{Escape(name)}/{action}", null, cancellationToken);

    private Task<OperationView> DeleteAsync(string path, CancellationToken cancellationToken) =>
        StartAsync(HttpMethod.Delete, path, null, cancellationToken);

    /// <summary>Asks a question that has a body.</summary>
    private Task<T> PostAsync<T>(string path, HttpContent content, Func<ApiJson, JsonTypeInfo<T>> type, CancellationToken cancellationToken) =>
        RepeatAsync(() => new(HttpMethod.Post, Relative(path)) { Content = content }, type, [], cancellationToken);

    /// <summary>Sends a request that starts an operation, with a key by which the server knows it again.</summary>
    private Task<OperationView> StartAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken, bool expectContinue = false)
    {
        var key = Guid.NewGuid().ToString();
        return RepeatAsync(Request, api => api.OperationView, ["cld op list"], cancellationToken);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(method, Relative(path)) { Content = content };
            request.Headers.Add(Routes.RequestKeyHeader, key);
            request.Headers.ExpectContinue = expectContinue;
            return request;
        }
    }

    /// <summary>
    /// Sends a request that does no more when it comes twice; again, as long as its answer gets lost on the way, or the server is away that
    /// has answered before.
    /// </summary>
    /// <param name="create">Makes the request; not disposed, which would dispose the content that is to be sent again.</param>
    /// <param name="next">What to type besides, when no answer can be had.</param>
    private async Task<T> RepeatAsync<T>(
        Func<HttpRequestMessage> create, Func<ApiJson, JsonTypeInfo<T>> type, IReadOnlyList<string> next, CancellationToken cancellationToken)
    {
        long? lost = null;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await AskAsync(create(), type, cancellationToken);
            }
            catch (Exception failure) when (lost is null && !hasAnswered ? IsLoss(failure) : IsAway(failure))
            {
                lost ??= clock.GetTimestamp();
                if (clock.GetElapsedTime(lost.Value) > Patience)
                {
                    if (failure is ProblemException { Problem: var problem })
                        throw new ProblemException(problem with { Next = [.. problem.Next, .. next] });
                    throw;
                }
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    /// <summary>Whether the server may have got the request, but no answer came.</summary>
    private static bool IsLoss(Exception failure) => failure
        is IOException or HttpRequestException { HttpRequestError: not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError) };

    /// <summary>Whether no server has answered.</summary>
    private static bool IsAway(Exception failure) => failure
        is IOException or HttpRequestException or ProblemException { Problem.Code: ProblemCodes.ServerUnreachable };

    /// <param name="type">Is made while the server works, because making it takes as long as that.</param>
    private async Task<T> AskAsync<T>(HttpRequestMessage request, Func<ApiJson, JsonTypeInfo<T>> type, CancellationToken cancellationToken)
    {
        var sending = SendAsync(request, cancellationToken);
        var answer = type(ApiJson.Default);
        using var response = await sending;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await ReadAsync(stream, answer, request, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(Stream stream, JsonTypeInfo<T> type, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw new ProblemException(NotUnderstood(request, HttpStatusCode.OK, e.Message));
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await http.SendAsync(request, cancellationToken);
        hasAnswered = true;
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new ProblemException(await ReadProblemAsync(request, response, cancellationToken));
    }

    private static async Task<Problem> ReadProblemAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
            return NotUnderstood(request, response.StatusCode, response.ReasonPhrase);
        try
        {
            var problem = await response.Content.ReadFromJsonAsync(ApiJson.Default.Problem, cancellationToken);
            return problem is { Code: not null, Title: not null }
                ? problem with { Next = problem.Next ?? [], Errors = problem.Errors ?? [] }
                : NotUnderstood(request, response.StatusCode, problem?.Title);
        }
        catch (JsonException e)
        {
            return NotUnderstood(request, response.StatusCode, e.Message);
        }
    }

    private static Problem NotUnderstood(HttpRequestMessage request, HttpStatusCode status, string? detail) => new(
        "docs/errors.md#internal",
        $"{request.RequestUri} answered {(int)status} with something that is not CaaStle's.",
        (int)status,
        detail,
        status is HttpStatusCode.Unauthorized ? ProblemCodes.Unauthorized : ProblemCodes.Internal,
        ["cld server status"],
        [],
        null);

    private static JsonContent Body<T>(T value, JsonTypeInfo<T> type) => JsonContent.Create(value, type);

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static string Escape(string segment) => Uri.EscapeDataString(segment);

    private static (string, object?)[] Parameters(ListPart part) =>
        [("name", part.Name), ("status", part.Status), ("after", part.After), ("limit", part.Limit)];

    /// <summary>Leaves out what is null or false.</summary>
    private static string Query(params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var query = "";
        foreach (var (name, value) in parameters)
        {
            if (value is null or false)
                continue;
            query += $"{(query.Length == 0 ? '?' : '&')}{name}={Escape(value is true ? "true" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}"))}";
        }

        return query;
    }
}
