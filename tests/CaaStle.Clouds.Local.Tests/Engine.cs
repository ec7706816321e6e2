using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

/// <summary>
/// Drives handlers and blueprints on the machine's real Docker engine, plainly: one object after the other. Specifications and states
/// pass through JSON as they do in a journal. What a test made is removed at its end, and nothing may be left.
/// </summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly List<(ICloudObjectHandler Handler, ICloudObjectSpec Spec, string Key)> made = [];
    private readonly Dictionary<Node, object> values = [];
    private readonly ConcurrentQueue<string> words = new();

    public Engine()
    {
        var endpoint = DockerEndpoint.Find(Environment.GetEnvironmentVariable, DockerConfig.Find(Environment.GetEnvironmentVariable));
        Docker = new(endpoint, new(new DockerConfig(Folder)), record: null, TimeProvider.System);
        Cloud = new LocalCloud(Docker, TimeProvider.System);
    }

    public DockerClient Docker { get; }

    public LocalCloud Cloud { get; }

    public Scope Scope { get; } = new("local-test", RandomNumberGenerator.GetHexString(6, lowercase: true));

    public TestLog Log { get; } = new();

    /// <summary>What every read of <see cref="MakeAsync(ICloudObjectSpec, string)"/> said.</summary>
    public IReadOnlyList<string> Words => [.. words];

    /// <summary>For the test's files, and those of Docker's client: <c>config.json</c> with logins.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("local-test-").FullName;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static DockerClient NewClient() => DockerClient.Find(Environment.GetEnvironmentVariable, record: null, TimeProvider.System);

    public Marks Marks(string key) => new("local-tests", "environment/local-test", Scope.Id, "op-test", key);

    public ObjectCall Call(string key = "it", CancellationToken abandoned = default) => new(Marks(key), Log, abandoned);

    public Task<Observation<object>> ReadAsync(ICloudObjectSpec spec, string key = "it") => HandlerOf(spec).ReadAsync(spec, Call(key), Cancel);

    public Task CreateAsync(ICloudObjectSpec spec, string key = "it")
    {
        Remember(spec, key);
        return HandlerOf(spec).CreateAsync(spec, Call(key), Cancel);
    }

    public Task DeleteAsync(ICloudObjectSpec spec, string key = "it") => HandlerOf(spec).DeleteAsync(spec, Call(key), Cancel);

    /// <summary>Reads, creates and waits until the judgement is final.</summary>
    public async Task<Observation<object>> MakeAsync(ICloudObjectSpec spec, string key = "it")
    {
        Remember(spec, key);
        while (true)
        {
            var seen = await ReadAsync(spec, key);
            words.Enqueue(seen.Word);
            if (seen.Condition == Condition.Absent || seen.NeedsCreate)
            {
                await CreateAsync(spec, key);
            }
            else if (seen.Condition != Condition.InProgress)
            {
                return seen;
            }

            await Task.Delay(100, Cancel);
        }
    }

    /// <summary>Makes an application be what the second blueprint says instead of the first: first all that is new, then without the old.</summary>
    public async Task<IReadOnlyDictionary<string, Value>> ChangeAsync(Blueprint from, Blueprint to)
    {
        var outputs = await MakeAsync(to);
        await DeleteAsync(from.Nodes.Select(node => node.Key).Except(to.Nodes.Select(node => node.Key)).ToHashSet());
        return outputs;
    }

    /// <summary>What was last made under a key.</summary>
    public ICloudObjectSpec SpecOf(string key) => made.Single(one => one.Key == key).Spec;

    public async Task<NetworkSpec> MakeNetworkAsync()
    {
        var spec = new NetworkSpec(Scope.ObjectName("network"));
        Assert.Equal(Condition.Ready, (await MakeAsync(spec, "network")).Condition);
        return spec;
    }

    /// <summary>Makes all of a blueprint.</summary>
    /// <param name="password">What every generated value is; null to draw them.</param>
    /// <returns>The outputs by part and name, as <c>mysql/Address</c>.</returns>
    public async Task<IReadOnlyDictionary<string, Value>> MakeAsync(Blueprint plan, string? password = null)
    {
        foreach (var node in plan.Nodes)
        {
            if (node is IGeneratedNode generated)
            {
                values[node] = new Secret(password ?? RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", generated.Length));
                continue;
            }

            var spec = Journaled(((IObjectNode)node).Evaluate(Values));
            var seen = await MakeAsync(spec, node.Key);
            Assert.True(seen.Condition == Condition.Ready, $"{node.Key}: {seen.Word}\n{string.Join('\n', seen.LastLog)}");
            values[node] = Journaled(seen.State!);
        }

        return plan.Outputs.ToDictionary(
            output => output.Part.Length == 0 ? output.Name : $"{output.Part}/{output.Name}", output => output.Evaluate(Values));
    }

    public Task<ExecResult> ExecAsync(string container, params string[] command) =>
        Docker.ExecAsync(container, command, new Dictionary<string, Value>(), Cancel);

    /// <summary>Deletes what was made under these keys, in reverse, until it reads as absent.</summary>
    public async Task DeleteAsync(IReadOnlySet<string> keys)
    {
        foreach (var (handler, spec, key) in Enumerable.Reverse(made).Where(one => keys.Contains(one.Key)))
        {
            while ((await handler.ReadAsync(spec, Call(key), CancellationToken.None)).Condition is not (Condition.Absent or Condition.Foreign))
            {
                await handler.DeleteAsync(spec, Call(key), CancellationToken.None);
            }
        }

        made.RemoveAll(one => keys.Contains(one.Key));
    }

    /// <summary>Deletes everything that was made.</summary>
    public Task DeleteAllAsync() => DeleteAsync(made.Select(one => one.Key).ToHashSet());

    public async ValueTask DisposeAsync()
    {
        await DeleteAllAsync();
        Assert.Empty(await Cloud.FindMarkedAsync("local-tests", Scope.Id, CancellationToken.None));
        Docker.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private NodeValues Values => new(node => values[node]);

    private ICloudObjectHandler HandlerOf(ICloudObjectSpec spec) => Cloud.Handlers.Single(handler => handler.SpecType == spec.GetType());

    private void Remember(ICloudObjectSpec spec, string key)
    {
        var known = made.FindIndex(one => one.Spec.Identity == spec.Identity && one.Key == key);
        if (known < 0)
        {
            made.Add((HandlerOf(spec), spec, key));
        }
        else
        {
            made[known] = (HandlerOf(spec), spec, key);
        }
    }

    private static T Journaled<T>(T value) where T : notnull
    {
        var text = JsonSerializer.Serialize(value, value.GetType(), Json);
        return (T)JsonSerializer.Deserialize(text, value.GetType(), Json)!;
    }

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new ValueConverter() },
    };

    private sealed class ValueConverter : JsonConverter<Value>
    {
        public override Value Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is ['*', .. var secret] ? Value.Hidden(secret) : Value.Plain(reader.GetString()![1..]);

        public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options) =>
            writer.WriteStringValue((value.IsSecret ? "*" : "-") + value.Reveal());
    }
}

internal sealed class TestLog : IProgress<string>
{
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyList<string> Lines => [.. lines];

    public void Report(string value) => lines.Enqueue(value);
}
