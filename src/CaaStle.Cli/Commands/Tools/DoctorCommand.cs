using System.CommandLine;
using System.Reflection;
using CaaStle.Api;
using CaaStle.Cli.Diagnosis;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Tools;

internal sealed class DoctorCommand : LeafCommand
{
    private static readonly string Version =
        typeof(DoctorCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private const int LastLines = 3;

    private readonly Option<bool> orphans = new("--orphans") { Description = "find what carries this installation's labels and is in no record" };
    private readonly Option<bool> remove = new("--remove") { Description = "with --orphans: delete it" };

    public DoctorCommand() : base("doctor", "look for what is wrong, and say what to do about it")
    {
        Section = Sections.Tools;
        Add(orphans);
        Add(remove);
        Examples =
        [
            ("cld doctor", "the machine, the server, the clouds; exits with 1 when something is wrong"),
            ("cld doctor --orphans", "what clouds have that no record knows; exits with 6 when there is something"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Value(orphans))
            return await new OrphanCheck(invocation).RunAsync(invocation.Value(remove), cancellationToken);
        if (invocation.Value(remove))
            throw LocalProblems.Create(LocalProblems.Usage, "--remove needs --orphans.", null, "cld doctor --orphans --remove");
        var report = await CheckAsync(invocation, cancellationToken);
        invocation.Show(report, ApiJson.Default.CheckReport, (view, output) => CheckText.Write(view, output, invocation.Style, invocation.Context.Program));
        return report.Passed ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<CheckReport> CheckAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var own = invocation.Connection.IsOnThisMachine ? new ClientCheck(invocation.Context).Run(invocation.Connection.Address is not null) : [];
        try
        {
            var server = await invocation.Client.GetServerAsync(cancellationToken);
            var running = CheckServer(server, invocation);
            IReadOnlyList<CheckView> found = server.Version == Version ? (await invocation.Client.GetDoctorAsync(cancellationToken)).Checks : [];
            return new(server.Version, [.. own, running, .. found]);
        }
        catch (ProblemException e)
        {
            return new(null, [.. own, Failed(e.Problem, invocation)]);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(null, [.. own, ClientCheck.Failed("server", "running", $"the server gave no answer: {e.Message}", "cld server status")]);
        }
    }

    private static CheckView CheckServer(ServerStatus server, Invocation invocation) => server.Version == Version
        ? ClientCheck.Passed("server", "running", $"version {server.Version} at {invocation.Connection.Address}")
        : ClientCheck.Failed(
            "server",
            "running",
            $"the server is of version {server.Version}, and this is cld {Version}; what it finds of itself was not asked for",
            "cld server stop");

    /// <summary>With the end of the cause, which may be the server's log.</summary>
    private static CheckView Failed(Problem problem, Invocation invocation) => ClientCheck.Failed(
        "server",
        "running",
        string.Join(' ', [problem.Title, .. (problem.Detail ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LastLines)]),
        problem.Next is { Count: > 0 } next ? next : [$"tail -n 20 {ShellWord.Quote(Path.Combine(invocation.Connection.HomePath, "logs", "server.log"))}"]);
}
