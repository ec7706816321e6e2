using System.Net;
using System.Net.Sockets;
using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

public sealed class ContainerTests
{
    private const string Image = "debian:bookworm-slim";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [EngineFact]
    public async Task Comes_to_life_and_goes_away_as_often_as_asked()
    {
        await using var engine = new Engine();
        var spec = await ServerAsync(engine, "200 OK");
        for (var life = 0; life < 2; life++)
        {
            Assert.Equal(Condition.Absent, (await engine.ReadAsync(spec)).Condition);
            var seen = await engine.MakeAsync(spec);
            Assert.Equal(Condition.Ready, seen.Condition);
            var state = Assert.IsType<ContainerState>(seen.State);
            using var http = new HttpClient();
            Assert.Equal("hello", await http.GetStringAsync($"http://127.0.0.1:{state.HostPorts[8080]}/", Engine.Cancel));

            await engine.CreateAsync(spec);
            Assert.Equal(state.Id, Assert.IsType<ContainerState>((await engine.MakeAsync(spec)).State).Id);

            await engine.DeleteAsync(spec);
            await engine.DeleteAsync(spec);
        }
    }

    [EngineFact]
    public async Task One_that_was_created_and_never_started_is_completed()
    {
        await using var engine = new Engine();
        var spec = await ServerAsync(engine, "200 OK");
        await engine.Docker.PostAsync(
            DockerClient.Path("containers/create", ("name", spec.Name)),
            new { spec.Image, Cmd = "cat", OpenStdin = true, Labels = engine.Marks("it").ToLabels() },
            Engine.Cancel);

        var seen = await engine.ReadAsync(spec);
        Assert.Equal(Condition.InProgress, seen.Condition);
        Assert.True(seen.NeedsCreate);
        await engine.CreateAsync(spec);
        Assert.False((await engine.ReadAsync(spec)).NeedsCreate);
    }

    [EngineFact]
    public async Task A_crash_at_once_fails_with_exit_code_and_last_lines_of_both_streams()
    {
        await using var engine = new Engine();
        var spec = await ShellAsync(engine, "for i in $(seq 30); do echo line $i; done; sleep 0.3; echo no config >&2; exit 7");

        var seen = await engine.MakeAsync(spec);

        Assert.Equal(Condition.Failed, seen.Condition);
        Assert.StartsWith("exited with code 7", seen.Word, StringComparison.Ordinal);
        Assert.Contains("no config", seen.LastLog);
        Assert.Contains("line 30", seen.LastLog);
        Assert.Equal(20, seen.LastLog.Count);
    }

    [EngineFact]
    public async Task Running_out_of_memory_is_told_with_the_limit()
    {
        await using var engine = new Engine();
        var spec = await ShellAsync(engine, "exec perl -e '$x = \"a\" x 500_000_000; sleep 60'") with { MemoryMegabytes = 32 };

        var seen = await engine.MakeAsync(spec);

        Assert.Equal(Condition.Failed, seen.Condition);
        Assert.StartsWith("killed: out of memory (limit 32 MB)", seen.Word, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_check_that_never_passes_is_hopeless_after_the_start_period()
    {
        await using var engine = new Engine();
        var spec = await ServerAsync(engine, "503 Busy");
        spec = spec with { Readiness = new HttpReadiness(8080, "/health", TimeSpan.FromSeconds(2)) };

        var seen = await engine.MakeAsync(spec);

        Assert.Equal(Condition.Failed, seen.Condition);
        Assert.Contains("not ready 2 s after its start", seen.Word, StringComparison.Ordinal);
        Assert.Contains("GET /health answered 503", seen.Word, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_published_port_that_nothing_listens_on_is_not_ready()
    {
        await using var engine = new Engine();
        var spec = await ShellAsync(engine, "sleep 60") with
        {
            Ports = [new(8080, null)],
            Readiness = new TcpReadiness(8080, TimeSpan.FromSeconds(2)),
        };

        var seen = await engine.MakeAsync(spec);

        Assert.Equal(Condition.Failed, seen.Condition);
        Assert.Contains("nothing listens on port 8080", seen.Word, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task One_that_somebody_else_has_stopped_is_started_again_where_it_was()
    {
        await using var engine = new Engine();
        var spec = await ServerAsync(engine, "200 OK");
        var before = (ContainerState)(await engine.MakeAsync(spec)).State!;

        await engine.Docker.PostAsync($"containers/{spec.Name}/stop", body: null, Engine.Cancel);

        var seen = await engine.ReadAsync(spec);
        Assert.Equal((Condition.InProgress, true), (seen.Condition, seen.NeedsCreate));
        Assert.Matches("^exited with code [0-9]+, and is not started again$", seen.Word);

        var after = await engine.MakeAsync(spec);
        Assert.Equal(Condition.Ready, after.Condition);
        var again = (ContainerState)after.State!;
        Assert.Equal((before.Id, before.HostPorts[8080]), (again.Id, again.HostPorts[8080]));
    }

    [EngineFact]
    public async Task An_image_that_is_nowhere_is_refused_in_Dockers_words()
    {
        await using var engine = new Engine();
        var spec = await ShellAsync(engine, "true") with { Image = "127.0.0.1:1/nobody/has-this:1" };

        var refused = await Assert.ThrowsAsync<CloudException>(() => engine.CreateAsync(spec));

        Assert.Equal(CloudFault.Refused, refused.Fault);
        Assert.Contains("127.0.0.1:1/nobody/has-this:1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("connection refused", refused.Message, StringComparison.Ordinal);
        Assert.Contains("cld container create", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Condition.Absent, (await engine.ReadAsync(spec)).Condition);
    }

    [EngineFact]
    public async Task A_command_that_is_not_in_the_image_is_refused()
    {
        await using var engine = new Engine();
        var spec = await ShellAsync(engine, "true") with { Entrypoint = ["no-such-command"] };

        var refused = await Assert.ThrowsAsync<CloudException>(() => engine.CreateAsync(spec));

        Assert.Equal(CloudFault.Refused, refused.Fault);
        Assert.Contains("no-such-command", refused.Message, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_taken_port_is_refused_before_and_at_creation()
    {
        await using var engine = new Engine();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var spec = await ServerAsync(engine, "200 OK");

        var refused = await Assert.ThrowsAsync<CloudException>(() => engine.CreateAsync(spec with { Ports = [new(8080, port)] }));
        var obstacles = await Applications.Check(engine).FindObstaclesAsync(
            Applications.Request(engine, "unused") with { HostPort = port }, Engine.Cancel);

        Assert.Equal(CloudFault.Refused, refused.Fault);
        Assert.Contains("address already in use", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"Port {port} of this machine is taken by another program.", Assert.Single(obstacles), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Logs_are_read_by_tail_and_since_and_followed_to_the_end()
    {
        await using var engine = new Engine();
        var spec = await ShellAsync(engine, "echo one; sleep 0.3; echo two >&2; sleep 1; echo three; exec sleep 60");
        await engine.MakeAsync(spec);
        var source = (ILogSource)engine.Cloud.Handlers.Single(handler => handler.Kind == "docker/container");

        var followed = new List<LogLine>();
        await foreach (var line in source.ReadLogsAsync(spec, new(Follow: true), Engine.Cancel))
        {
            followed.Add(line);
            if (line.Text == "three")
            {
                break;
            }
        }

        Assert.Equal(["one", "two", "three"], followed.Select(line => line.Text));
        Assert.All(followed, line => Assert.NotNull(line.At));
        Assert.Equal(["two", "three"], await TextAsync(source, spec, new(Tail: 2)));
        Assert.Equal(["three"], await TextAsync(source, spec, new(Since: followed[2].At?.AddMilliseconds(-1))));
    }

    [EngineFact]
    public async Task Previous_is_what_it_wrote_before_its_last_start()
    {
        await using var engine = new Engine();
        var spec = await ShellAsync(engine, "n=$(cat n 2>/dev/null || echo 1); echo $((n + 1)) >n; echo start $n; echo end $n; exec sleep 60");
        await engine.MakeAsync(spec);
        var source = (ILogSource)engine.Cloud.Handlers.Single(handler => handler.Kind == "docker/container");

        Assert.Empty(await TextAsync(source, spec, new(Previous: true)));
        await engine.Docker.PostAsync($"containers/{spec.Name}/restart?t=0", body: null, Engine.Cancel);
        await engine.MakeAsync(spec);

        Assert.Equal(["start 1", "end 1"], await TextAsync(source, spec, new(Previous: true)));
        Assert.Equal(["end 1"], await TextAsync(source, spec, new(Previous: true, Tail: 1, Follow: true)));
        Assert.Equal(["start 1", "end 1", "start 2", "end 2"], await TextAsync(source, spec, new()));
    }

    [EngineFact]
    public async Task What_it_wrote_after_a_restart_does_not_hide_why_it_ended()
    {
        await using var engine = new Engine();
        var spec = await ShellAsync(
            engine, "test -e n && { for i in $(seq 30); do echo line $i; done; exec sleep 60; }; touch n; echo no config; exit 7") with
        {
            Readiness = new CommandReadiness(["false"], new Dictionary<string, Value>(), Soon),
        };

        var seen = await engine.MakeAsync(spec);

        Assert.Equal((Condition.Failed, "exited with code 7, and again after a restart"), (seen.Condition, seen.Word));
        Assert.Equal(["no config"], seen.LastLog);
    }

    [EngineFact]
    public async Task One_without_a_check_must_have_run_for_a_moment()
    {
        await using var engine = new Engine();
        var lasting = await ShellAsync(engine, "exec sleep 60") with { Readiness = null };
        var ending = await ShellAsync(engine, "sleep 0.3; exit 4") with { Readiness = null, Name = engine.Scope.ObjectName("ending") };

        Assert.Equal(Condition.Ready, (await engine.MakeAsync(lasting)).Condition);
        var seen = await engine.MakeAsync(ending, "ending");

        Assert.Equal(Condition.Failed, seen.Condition);
        Assert.StartsWith("exited with code 4", seen.Word, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task One_that_is_stopped_on_purpose_is_ready_so_and_told_from_one_that_somebody_else_has_stopped()
    {
        await using var engine = new Engine();
        var spec = await ServerAsync(engine, "200 OK");
        var handler = engine.Cloud.Handlers.Single(handler => handler.Kind == "docker/container");
        var stopped = spec with { IsStopped = true };
        var running = Assert.IsType<ContainerState>((await engine.MakeAsync(spec)).State);

        Assert.True(handler.CanChange(spec, stopped));
        Assert.False(handler.CanChange(spec, stopped with { Variables = new Dictionary<string, Value> { ["A"] = new Secret("b") } }));
        var seen = await engine.MakeAsync(stopped);
        Assert.Equal((Condition.Ready, "stopped"), (seen.Condition, seen.Word));
        Assert.Equal(running.HostPorts, Assert.IsType<ContainerState>(seen.State).HostPorts);
        Assert.True((await engine.ReadAsync(spec)).NeedsCreate);

        seen = await engine.MakeAsync(spec);
        Assert.Equal((Condition.Ready, running.Id), (seen.Condition, Assert.IsType<ContainerState>(seen.State).Id));
        Assert.True((await engine.ReadAsync(stopped)).NeedsCreate);

        // As if we had died between marking and stopping it.
        await engine.Docker.PostAsync($"containers/{spec.Name}/update", new { RestartPolicy = new { Name = "no" } }, Engine.Cancel);
        Assert.True((await engine.ReadAsync(spec)).NeedsCreate);
        Assert.True((await engine.ReadAsync(stopped)).NeedsCreate);
        Assert.Equal("running", (await engine.MakeAsync(spec)).Word);

        // Stopped by somebody else, it can be started again, and stopped for good.
        await engine.Docker.PostAsync($"containers/{spec.Name}/kill", body: null, Engine.Cancel);
        seen = await engine.ReadAsync(spec);
        Assert.Equal((Condition.InProgress, true), (seen.Condition, seen.NeedsCreate));
        Assert.Equal("stopped", (await engine.MakeAsync(stopped)).Word);
    }

    [EngineFact]
    public async Task One_can_be_made_without_being_started()
    {
        await using var engine = new Engine();
        var spec = await ServerAsync(engine, "200 OK") with { IsStopped = true };

        Assert.Equal("stopped", (await engine.MakeAsync(spec)).Word);
        Assert.Equal("running", (await engine.MakeAsync(spec with { IsStopped = false })).Word);
    }

    private static async Task<List<string>> TextAsync(ILogSource source, ContainerSpec spec, LogQuery query)
    {
        var lines = new List<string>();
        await foreach (var line in source.ReadLogsAsync(spec, query, Engine.Cancel))
        {
            lines.Add(line.Text);
        }

        return lines;
    }

    private static Task<ContainerSpec> ServerAsync(Engine engine, string status) => SpecAsync(
        engine,
        ["perl", "-MIO::Socket::INET", "-e", """
            $SIG{TERM} = sub { exit };
            $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
            while ($c = $s->accept) { <$c>; print $c "HTTP/1.0 $ARGV[0]\r\n\r\nhello"; close $c }
            """, status],
        new HttpReadiness(8080, "/", Soon));

    private static Task<ContainerSpec> ShellAsync(Engine engine, string script) =>
        SpecAsync(engine, ["sh", "-c", script], new CommandReadiness(["sleep", "0.5"], new Dictionary<string, Value>(), Soon));

    private static async Task<ContainerSpec> SpecAsync(Engine engine, IReadOnlyList<string> command, Readiness readiness)
    {
        var network = await engine.MakeNetworkAsync();
        return new(engine.Scope.ObjectName("app"), Image, network.Name)
        {
            Alias = "app",
            Entrypoint = command,
            Ports = readiness is HttpReadiness ? [new(8080, null)] : [],
            Readiness = readiness,
        };
    }
}
