using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Objects;

/// <summary>What the processes of an HAProxy in a container say of themselves.</summary>
/// <param name="Configuration">What the process that takes requests runs with.</param>
/// <param name="Running">For how long it has.</param>
/// <param name="IsRefused">The configuration file was refused since, and the process goes on with what it had.</param>
/// <param name="Former">Ids of processes that only finish what they began before a change.</param>
/// <param name="Servers">The checked servers.</param>
internal sealed record EntryStatus(
    string Configuration, TimeSpan Running, bool IsRefused, IReadOnlyList<string> Former, IReadOnlyList<EntryServer> Servers);

/// <param name="IsUp">Whether it passed its last check; null before the first.</param>
/// <param name="Check">What came of the last check, in HAProxy's words.</param>
internal sealed record EntryServer(string Name, bool? IsUp, string Check)
{
    public bool IsChecked => !Name.EndsWith(EntryConfiguration.Unchecked, StringComparison.Ordinal);
}

/// <summary>
/// Talks to HAProxy's master process, which listens on the container's own loopback address: no other container gets there.
/// </summary>
internal sealed class EntryConsole(DockerClient docker)
{
    private const int ConsolePort = 9999;

    private static readonly string Ask = $$"""
        { exec 3<>/dev/tcp/127.0.0.1/{{ConsolePort}}; } 2>/dev/null || { echo "HAProxy is starting"; exit 1; }
        printf '%s\n' "$0" quit >&3
        cat <&3
        """;

    /// <summary>HAProxy with a master that can be asked, instead of what the image starts.</summary>
    public static IReadOnlyList<string> Command { get; } =
        ["haproxy", "-W", "-db", "-S", $"127.0.0.1:{ConsolePort}", "-f", EntryConfiguration.Path];

    /// <summary>Ends with 0 when the master can be asked.</summary>
    public static IReadOnlyList<string> ReadyCommand { get; } = Asking("show proc");

    /// <summary>
    /// Starts a process with the configuration that the file has by now, to which the one before hands over. Returns when that has begun:
    /// what is asked afterwards knows whether the file was refused.
    /// </summary>
    public Task ReloadAsync(string container, CancellationToken cancellationToken) => AskAsync(container, "reload", cancellationToken);

    /// <returns>Null while it changes from one configuration to another.</returns>
    public async Task<EntryStatus?> ReadStatusAsync(string container, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(container, "show proc;@1 show info;@1 show stat -1 4 -1 typed", cancellationToken);
        return answer is null ? null : Parse(answer);
    }

    /// <summary>How many connections former processes still serve.</summary>
    public async Task<int> CountConnectionsAsync(string container, IReadOnlyList<string> processes, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(container, string.Join(';', processes.Select(process => $"@!{process} show info")), cancellationToken);
        return (answer ?? [])
            .Where(line => line.StartsWith("CurrConns: ", StringComparison.Ordinal))
            .Sum(line => int.Parse(line["CurrConns: ".Length..], CultureInfo.InvariantCulture));
    }

    private static string[] Asking(string question) => ["timeout", "10", "bash", "-c", Ask, question];

    private async Task<IReadOnlyList<string>?> AskAsync(string container, string question, CancellationToken cancellationToken)
    {
        var result = await docker.ExecAsync(container, Asking(question), new Dictionary<string, Value>(), cancellationToken);
        return result.ExitCode == 0 ? result.Output : null;
    }

    private static EntryStatus? Parse(IReadOnlyList<string> answer)
    {
        var (isFormer, isRefused, configuration, running) = (false, false, (string?)null, TimeSpan.Zero);
        var former = new List<string>();
        var servers = new Dictionary<string, Dictionary<string, string>>();
        foreach (var line in answer)
        {
            var words = line.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["#", ..]:
                    isFormer = line.StartsWith("# old workers", StringComparison.Ordinal);
                    break;
                case [_, "master", _, "[failed:", var failures, ..]:
                    isRefused = failures != "0]";
                    break;
                case [var process, "worker", ..] when isFormer:
                    former.Add(process);
                    break;
                case ["description:", var description]:
                    configuration = description;
                    break;
                case ["Uptime_sec:", var seconds]:
                    running = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
                    break;
                case [['S', '.', ..], ..]:
                    // S.PROXY.SERVER.POSITION.FIELD.PROCESS:TAGS:TYPE:VALUE
                    var (path, value) = (line.Split(':', 4)[0].Split('.'), line.Split(':', 4)[^1]);
                    var server = $"{path[1]}.{path[2]}";
                    servers.TryAdd(server, []);
                    servers[server][path[4]] = value;
                    break;
            }
        }

        return configuration is null
            ? null
            : new(configuration, running, isRefused, former, [.. servers.Values.Select(ServerOf).Where(server => server.IsChecked)]);
    }

    private static EntryServer ServerOf(Dictionary<string, string> fields)
    {
        // What has no address is not checked.
        var check = fields.GetValueOrDefault("check_desc", fields["status"]);
        var detail = fields.GetValueOrDefault("last_chk", "");
        return new(
            fields["svname"],
            fields.GetValueOrDefault("check_status") == "INI" ? null : fields["status"].StartsWith("UP", StringComparison.Ordinal),
            detail.Length > 0 ? $"{check}: {detail}" : check);
    }
}
