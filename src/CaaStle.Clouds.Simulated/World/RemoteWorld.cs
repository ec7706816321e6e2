using System.Net.Http.Json;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>A world that another process serves over HTTP, by its own clock. Each call is one POST of a <see cref="WorldRequest"/>.</summary>
#pragma warning disable CA1001 // It is in use as long as the process lives.
internal sealed class RemoteWorld(Uri address, WorldTiming timing) : IWorld
#pragma warning restore CA1001
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Lock gate = new();
    private DateTimeOffset latest;

    public WorldTiming Timing => timing;

    public DateTimeOffset Now
    {
        get
        {
            lock (gate)
            {
                return latest;
            }
        }
    }

    public async Task<WorldObject?> DescribeAsync(string name, CancellationToken cancellationToken) =>
        (await CallAsync(new(WorldCallKind.Describe, [name]), cancellationToken)).Single();

    public Task<IReadOnlyList<WorldObject?>> DescribeAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        CallAsync(new(WorldCallKind.DescribeMany, names), cancellationToken);

    public async Task<IReadOnlyList<WorldObject>> FindAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        [.. (await CallAsync(new(WorldCallKind.Find, []) { Labels = labels }, cancellationToken)).OfType<WorldObject>()];

    public Task CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> labels,
        TimeSpan readyAfter,
        TimeSpan? failsAfter,
        string failureReason,
        IReadOnlyList<string> needs,
        CancellationToken cancellationToken,
        string content = "",
        WorldManner? manner = null) => CallAsync(
            new(WorldCallKind.Create, [name])
            {
                Labels = labels,
                ReadyAfter = readyAfter,
                FailsAfter = failsAfter,
                FailureReason = failureReason,
                Needs = needs,
                Content = content,
                Manner = manner,
            },
            cancellationToken);

    public Task ChangeAsync(
        string name, string content, TimeSpan readyAfter, IReadOnlyList<string> needs, CancellationToken cancellationToken) =>
        CallAsync(new(WorldCallKind.Change, [name]) { Content = content, ReadyAfter = readyAfter, Needs = needs }, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(new(WorldCallKind.Delete, [name]), cancellationToken);

    private async Task<IReadOnlyList<WorldObject?>> CallAsync(WorldRequest request, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(address, request, cancellationToken);
        response.EnsureSuccessStatusCode();
        var answer = (await response.Content.ReadFromJsonAsync<WorldAnswer>(cancellationToken))!;
        lock (gate)
        {
            latest = answer.Now > latest ? answer.Now : latest;
        }

        return answer.Refusal is { } refusal
            ? throw new CloudException(refusal.Fault, refusal.Message) { Code = refusal.Code, RetryAfter = refusal.RetryAfter }
            : answer.Found;
    }
}
