using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Tests;

public sealed class ApplicationTests
{
    [EngineFact]
    public async Task An_application_answers_at_its_url_and_everything_is_marked()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name)
            .With(container => container with { CpuShares = 512, Volumes = [new("uploads", "/srv/uploads")] });

        var outputs = await engine.MakeAsync(Applications.Plan(engine, request));

        using var http = new HttpClient();
        Assert.Equal("hello", await http.GetStringAsync(outputs["Url"].Reveal(), Engine.Cancel));
        Assert.Equal("1", outputs["Replicas"].Reveal());
        Assert.StartsWith("sha256:", outputs["Image"].Reveal(), StringComparison.Ordinal);
        Assert.Equal(
            ["docker/container entry", "docker/container r1/replica-1/app", "docker/network network", "docker/volume volume/uploads"],
            (await engine.Cloud.FindMarkedAsync("local-tests", engine.Scope.Id, Engine.Cancel))
                .Select(marked => $"{marked.Kind} {marked.Key}").Order());

        var name = request.Scope.ObjectName("r1-1");
        var inspection = await engine.Docker.GetAsync<JsonDocument>($"containers/{name}/json", Engine.Cancel);
        var host = inspection.RootElement.GetProperty("HostConfig");
        Assert.Equal(64L << 20, host.GetProperty("Memory").GetInt64());
        Assert.Equal(500_000_000, host.GetProperty("NanoCpus").GetInt64());
        Assert.Equal("unless-stopped", host.GetProperty("RestartPolicy").GetProperty("Name").GetString());
        Assert.Equal("127.0.0.1", host.GetProperty("PortBindings").GetProperty("8080/tcp")[0].GetProperty("HostIp").GetString());
    }

    [EngineFact]
    public async Task Other_containers_reach_it_by_its_name_and_port()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name);
        await engine.MakeAsync(Applications.Plan(engine, request));

        foreach (var port in new[] { 80, 8080 })
        {
            var answer = await engine.ExecAsync(
                request.Scope.ObjectName("r1-1"),
                "bash", "-c", $@"exec 3<>/dev/tcp/local-shop/{port}; printf 'GET / HTTP/1.0\r\n\r\n' >&3; cat <&3");
            Assert.Equal("hello", answer.Output[^1]);
        }
    }

    [EngineFact]
    public async Task A_taken_port_is_told_with_its_holder_unless_that_is_the_application_itself()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name);
        var port = new Uri((await engine.MakeAsync(Applications.Plan(engine, request)))["Url"].Reveal()).Port;

        var itself = await Applications.Check(engine).FindObstaclesAsync(request with { HostPort = port }, Engine.Cancel);
        var another = await Applications.Check(engine).FindObstaclesAsync(
            request with { HostPort = port, Scope = new("local-other", "other") }, Engine.Cancel);

        Assert.Empty(itself);
        Assert.Contains("is taken by environment local-test.", Assert.Single(another), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_built_image_that_is_gone_is_an_obstacle()
    {
        await using var engine = new Engine();
        var request = Applications.Request(engine, "unused")
            .With(container => container with { Image = "cld/local-gone:1", ImageIsBuilt = true });

        var obstacles = await Applications.Check(engine).FindObstaclesAsync(request, Engine.Cancel);

        Assert.Contains("The image cld/local-gone:1 is not on this machine any more.", Assert.Single(obstacles), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task The_containers_of_a_replica_share_localhost_and_their_names_and_start_in_order()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = SeveralContainers(engine, network.Name);

        var outputs = await engine.MakeAsync(Applications.Plan(engine, request));

        using var http = new HttpClient();
        Assert.Equal("hello", await http.GetStringAsync(outputs["Url"].Reveal(), Engine.Cancel));
        Assert.Equal(["Image", "Image.store", "Replicas", "Url"], outputs.Keys.Order());
        foreach (var replica in new[] { 1, 2 })
        {
            foreach (var host in new[] { "localhost", "store", "web" })
            {
                var answer = await engine.ExecAsync(
                    request.Scope.ObjectName($"r1-{replica}-web"), "bash", "-c", $"exec 3<>/dev/tcp/{host}/9000; cat <&3");
                Assert.Equal("stored", Assert.Single(answer.Output));
            }
        }
    }

    [EngineFact]
    public async Task Containers_whose_sandbox_has_ended_are_not_taken_for_ones_that_work_and_recover()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = SeveralContainers(engine, network.Name);
        var plan = Applications.Plan(engine, request);
        await engine.MakeAsync(plan);

        await engine.Docker.PostAsync($"containers/{request.Scope.ObjectName("r1-1")}/restart?t=0", body: null, Engine.Cancel);
        foreach (var container in new[] { "store", "web" })
        {
            var seen = await engine.ReadAsync(engine.SpecOf($"r1/replica-1/{container}"), $"r1/replica-1/{container}");
            Assert.Equal((Condition.InProgress, true), (seen.Condition, seen.NeedsCreate));
            Assert.StartsWith("without a network since", seen.Word, StringComparison.Ordinal);
        }

        await engine.MakeAsync(plan);
    }

    [EngineFact]
    public async Task A_container_that_started_before_its_sandbox_is_started_again()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = SeveralContainers(engine, network.Name);
        var plan = Applications.Plan(engine, request);
        await engine.MakeAsync(plan);
        var (sandbox, store) = (request.Scope.ObjectName("r1-1"), request.Scope.ObjectName("r1-1-store"));

        // As when Docker's engine starts, and does so in this order.
        await engine.Docker.PostAsync($"containers/{store}/stop?t=0", body: null, Engine.Cancel);
        await engine.Docker.PostAsync($"containers/{sandbox}/stop?t=0", body: null, Engine.Cancel);
        await Assert.ThrowsAsync<CloudException>(() => engine.Docker.PostAsync($"containers/{store}/start", body: null, Engine.Cancel));
        await engine.Docker.PostAsync($"containers/{sandbox}/start", body: null, Engine.Cancel);

        await engine.MakeAsync(plan);
    }

    [EngineFact]
    public async Task A_command_that_must_succeed_before_a_new_revision_runs_first_and_not_when_it_is_scaled()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name)
            .With(container => container with { Volumes = [new("data", "/data")] }) with
        {
            PreDeploy = ["sh", "-c", "echo migrating; echo migrated >/data/state"],
        };
        var plan = Applications.Plan(engine, request);

        await engine.MakeAsync(plan);

        Assert.Equal(["migrating"], engine.Log.Lines.Where(line => line.StartsWith("migrat", StringComparison.Ordinal)));
        Assert.Contains("migrated", (await engine.ExecAsync(request.Scope.ObjectName("r1-1"), "cat", "/data/state")).Output);
        var scaled = Applications.Plan(engine, request with { IsNewRevision = false, Replicas = 2 });
        Assert.DoesNotContain(scaled.Nodes, node => node.Key == "r1/pre-deploy");
        await engine.ChangeAsync(plan, scaled);
        Assert.Equal(Condition.Absent, (await engine.ReadAsync(
            ((IObjectNode)plan.Nodes.Single(node => node.Key == "r1/pre-deploy")).Evaluate(new(_ => throw new InvalidOperationException())),
            "r1/pre-deploy")).Condition);
    }

    private static ApplicationRequest SeveralContainers(Engine engine, string network)
    {
        var soon = TimeSpan.FromSeconds(30);
        return Applications.Request(engine, network) with
        {
            Replicas = 2,
            Containers =
            [
                Applications.Container("store", ["perl", "-MIO::Socket::INET", "-e", """
                    $s = IO::Socket::INET->new(LocalPort => 9000, Listen => 5, ReuseAddr => 1) or die;
                    while ($c = $s->accept) { print $c "stored\n"; close $c }
                    """]) with
                {
                    Health = new(soon) { Command = ["bash", "-c", "exec 3<>/dev/tcp/localhost/9000"] },
                },
                Applications.Container("web", [
                    "bash", "-c", "exec 3<>/dev/tcp/store/9000 && exec \"$0\" \"$@\"", .. Applications.Server]) with
                {
                    Health = new(soon) { Path = "/", Port = 8080 },
                    After = ["store"],
                },
            ],
            Exposed = "web",
        };
    }
}
