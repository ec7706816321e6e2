using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Xml.Linq;

[assembly: AssemblyFixture(typeof(CaaStle.Clouds.Aws.Tests.Peer))]

namespace CaaStle.Clouds.Aws.Tests;

/// <summary>
/// AWS for all tests: moto, made by <c>Peer/peer.py</c> to behave as AWS does where it matters, to fail on demand and to remember each
/// call. Each test has an account of its own.
/// </summary>
public sealed class Peer : IAsyncLifetime
{
    public const string Region = "us-west-2";

    /// <summary>How many times faster than with AWS things become ready.</summary>
    private const int Speed = 2000;

    /// <summary>What the peer is made of, and changes the inside of.</summary>
    private const string MotoVersion = "5.2.1";

    private static readonly Lazy<string?> Missing = new(FindMissing);
    private static int accounts = 100_000_000;

    private Process? process;
    private Registry? registry;

    /// <summary>Why there is no peer; null when there is one.</summary>
    public static string? Obstacle => Missing.Value;

    public HttpClient Http { get; } = new();

    /// <summary>For all tests.</summary>
    public string CredentialsFile { get; } = Path.Combine(Path.GetTempPath(), $"aws-credentials-{Guid.NewGuid():N}");

    public async ValueTask InitializeAsync()
    {
        if (Obstacle is not null)
        {
            return;
        }

        var portFile = Path.Combine(Directory.CreateTempSubdirectory("aws-peer-").FullName, "port");
        registry = await Registry.StartAsync();
        string[] behind = registry is null ? [] : ["--registry", registry.Host];
        process = Start([Path.Combine(AppContext.BaseDirectory, "Peer", "peer.py"), portFile, "--speed", $"{Speed}", .. behind]);
        while (!File.Exists(portFile))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The peer ended: {await process.StandardError.ReadToEndAsync()}");
            }

            await Task.Delay(50);
        }

        var url = $"http://127.0.0.1:{await File.ReadAllTextAsync(portFile)}";
        Directory.Delete(Path.GetDirectoryName(portFile)!, recursive: true);
        Http.BaseAddress = new(url);
        // The SDK looks at these once.
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", CredentialsFile);
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", $"{CredentialsFile}.config");
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", url);
    }

    /// <summary>A new account with keys of its own.</summary>
    internal async Task<Account> NewAccountAsync()
    {
        var number = Interlocked.Increment(ref accounts).ToString("D12", CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["Action"] = "AssumeRole",
                ["Version"] = "2011-06-15",
                ["RoleArn"] = $"arn:aws:iam::{number}:role/tests",
                ["RoleSessionName"] = "tests",
            }),
        };
        request.Headers.TryAddWithoutValidation(
            "Authorization", "AWS4-HMAC-SHA256 Credential=AKIATESTS/20300101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0");
        using var answer = await Http.SendAsync(request);
        var xml = XDocument.Parse(await answer.Content.ReadAsStringAsync());
        string Text(string name) => xml.Descendants().First(element => element.Name.LocalName == name).Value;
        return new(this, number, Text("AccessKeyId"), Text("SecretAccessKey"), Text("SessionToken"));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (process is not null)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
            File.Delete(CredentialsFile);
        }

        if (registry is not null)
        {
            await registry.DisposeAsync();
        }
    }

    private static string? FindMissing()
    {
        try
        {
            using var asked = Start("-c", $"import moto, botocore, werkzeug; raise SystemExit(moto.__version__ != '{MotoVersion}')");
            asked.WaitForExit();
            return asked.ExitCode == 0
                ? null
                : $"moto {MotoVersion} is not on this machine: python3 -m pip install 'moto[all,server]=={MotoVersion}'";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "There is no python3 on this machine, which moto needs.";
        }
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("python3", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardError = true,
        RedirectStandardOutput = true,
    })!;
}

/// <summary>A test that needs the peer.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerFactAttribute : FactAttribute
{
    public PeerFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = Peer.Obstacle;
}

/// <inheritdoc cref="PeerFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = Peer.Obstacle;
}

/// <summary>One call that reached the peer.</summary>
/// <param name="Wrong">How it differs from what AWS publishes of its services.</param>
/// <param name="Kind">Of the object whose handler made it; empty for all other calls.</param>
/// <param name="Actions">What had to be allowed, where the account has a policy.</param>
internal sealed record PeerCall(
    string Service,
    string Region,
    string Operation,
    string? Fault,
    int Status,
    IReadOnlyList<string> Wrong,
    string Kind,
    IReadOnlyList<string> Actions)
{
    public bool Changes => !Operation.StartsWith("Describe", StringComparison.Ordinal)
        && !Operation.StartsWith("List", StringComparison.Ordinal)
        && !Operation.StartsWith("Get", StringComparison.Ordinal)
        && !Operation.StartsWith("Simulate", StringComparison.Ordinal)
        && !Operation.StartsWith("Filter", StringComparison.Ordinal);
}

internal enum FaultKind
{
    /// <summary>The service answers with an error, and has done nothing.</summary>
    Error,

    /// <summary>The service does it; the connection breaks before the answer.</summary>
    Lose,

    /// <summary>The connection breaks before anything is done.</summary>
    Close,
}

/// <summary>An account of the peer's.</summary>
internal sealed class Account(Peer peer, string number, string key, string secret, string token)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Dictionary<string, string> environment = new()
    {
        ["AWS_ACCESS_KEY_ID"] = key,
        ["AWS_SECRET_ACCESS_KEY"] = secret,
        ["AWS_SESSION_TOKEN"] = token,
        ["AWS_REGION"] = Peer.Region,
        ["HOME"] = "/nonexistent",
    };

    private Account? impersonated;

    /// <summary>The same account with a secret that is not the key's.</summary>
    public Account WithSecret(string other) => new(peer, number, key, other, token);

    public string Number => number;

    public IReadOnlyDictionary<string, string> Environment => environment;

    public string? Variable(string name) => (impersonated ?? this).environment.GetValueOrDefault(name);

    /// <summary>From now on <see cref="Variable"/> has the other account's keys.</summary>
    public void Impersonate(Account other) => impersonated = other;

    /// <param name="operation">A regular expression.</param>
    /// <param name="after">How many such calls go well before.</param>
    public async Task FailAsync(
        string operation, FaultKind kind, string service = "", int times = 1, int after = 0, string code = "Throttling",
            string message = "Rate exceeded", int status = 400, int skew = 0)
    {
        var fault = new { key, service, operation, @do = kind.ToString().ToLowerInvariant(), times, after, code, message, status, skew };
        (await peer.Http.PostAsJsonAsync("/peer/faults", fault)).EnsureSuccessStatusCode();
    }

    public Task HealAsync() => peer.Http.DeleteAsync($"/peer/faults?key={key}");

    /// <summary>All calls by this account's keys so far.</summary>
    public async Task<IReadOnlyList<PeerCall>> CallsAsync() =>
        (await peer.Http.GetFromJsonAsync<IReadOnlyList<PeerCall>>($"/peer/journal?key={key}", Json))!;

    public Task ForgetCallsAsync() => peer.Http.DeleteAsync($"/peer/journal?key={key}");

    /// <summary>Everything that anybody made in the account, whether it has marks or not.</summary>
    public async Task<IReadOnlyList<string>> ContentsAsync() =>
        (await peer.Http.GetFromJsonAsync<IReadOnlyList<string>>($"/peer/world?account={number}", Json))!;

    /// <summary>The families of all tasks that ever began, once for each time.</summary>
    public async Task<IReadOnlyList<string>> StartedTasksAsync() =>
        (await peer.Http.GetFromJsonAsync<IReadOnlyList<string>>($"/peer/tasks?account={number}", Json))!;

    /// <summary>From now on <see cref="FewestReplicasAsync"/> counts.</summary>
    public Task WatchReplicasAsync() => ChangeWorldAsync(new { watched = int.MaxValue });

    /// <summary>How many replicas of a service have taken requests at any time, at least.</summary>
    public async Task<int> FewestReplicasAsync() => await peer.Http.GetFromJsonAsync<int>($"/peer/fewest?account={number}", Json);

    public async Task ChangeWorldAsync(object change) =>
        (await peer.Http.PostAsJsonAsync($"/peer/world?account={number}", change)).EnsureSuccessStatusCode();
}
