using System.Net;
using System.Net.Sockets;
using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

/// <summary>An application goes on answering whatever happens to its replicas.</summary>
public sealed class HandOverTests
{
    [EngineFact]
    public async Task No_request_is_lost_when_an_application_is_redeployed_scaled_and_rolled_back()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var first = Applications.Request(engine, network.Name).Greeting("one");
        var second = Applications.Request(engine, network.Name, revision: 2).Greeting("two");
        var (one, two) = (Applications.Plan(engine, first), Applications.Plan(engine, second));
        var scaled = Applications.Plan(engine, second with { Replicas = 3 });
        var url = (await engine.MakeAsync(one))["Url"];

        await using var load = new Load(url.Reveal());
        await load.PassAsync(200);
        Assert.Equal(["one"], load.Answers);
        Assert.Equal(url, (await engine.ChangeAsync(one, two))["Url"]);
        await load.PassAsync(200);
        Assert.Equal("3", (await engine.ChangeAsync(two, scaled))["Replicas"].Reveal());
        await load.PassAsync(200);
        Assert.Equal(url, (await engine.ChangeAsync(scaled, one))["Url"]);
        await load.PassAsync(200);
        await load.StopAsync();

        Assert.Empty(load.Failures);
        Assert.Equal(["one", "two"], load.Answers);
        Assert.Equal(
            ["entry", "network", "r1/replica-1/app"],
            (await engine.Cloud.FindMarkedAsync("local-tests", engine.Scope.Id, Engine.Cancel)).Select(marked => marked.Key).Order());
    }

    [EngineFact]
    public async Task A_slow_request_is_answered_by_the_replica_that_took_it()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var one = Applications.Plan(engine, Applications.Request(engine, network.Name).Greeting("one"));
        var two = Applications.Plan(engine, Applications.Request(engine, network.Name, revision: 2).Greeting("two"));
        var url = (await engine.MakeAsync(one))["Url"].Reveal();
        using var http = new HttpClient();

        var slow = http.GetStringAsync($"{url}/slow/8", Engine.Cancel);
        await Task.Delay(500, Engine.Cancel);
        await engine.ChangeAsync(one, two);

        Assert.True(slow.IsCompleted);
        Assert.Equal("one", await slow);
        Assert.Equal("two", await http.GetStringAsync(url, Engine.Cancel));
        Assert.Contains("draining 1 connection from before the change", engine.Words);
    }

    [EngineFact]
    public async Task What_takes_longer_than_the_drain_is_not_waited_for()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name) with { Drain = TimeSpan.FromSeconds(1) };
        var one = Applications.Plan(engine, request);
        var two = Applications.Plan(engine, request with { Revision = 2 });
        var url = (await engine.MakeAsync(one))["Url"].Reveal();

        // Not by a client that sends again what was not answered.
        using var connection = new TcpClient("127.0.0.1", new Uri(url).Port);
        await connection.GetStream().WriteAsync("GET /slow/60 HTTP/1.0\r\n\r\n"u8.ToArray(), Engine.Cancel);
        await Task.Delay(500, Engine.Cancel);
        await engine.ChangeAsync(one, two);

        Assert.Equal(0, await connection.GetStream().ReadAsync(new byte[1], Engine.Cancel));
        using var http = new HttpClient();
        Assert.Equal("hello", await http.GetStringAsync(url, Engine.Cancel));
    }

    [EngineFact]
    public async Task A_stopped_application_says_so_at_its_address_and_starts_again_there()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name);
        var running = Applications.Plan(engine, request);
        var stopped = Applications.Plan(engine, request with { Replicas = 0 });
        var outputs = await engine.MakeAsync(running);
        var (url, image) = (outputs["Url"], outputs["Image"].Reveal());
        using var http = new HttpClient();

        outputs = await engine.ChangeAsync(running, stopped);
        using (var answer = await http.GetAsync(url.Reveal(), Engine.Cancel))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("local-shop is stopped.\n", await answer.Content.ReadAsStringAsync(Engine.Cancel));
        }

        Assert.Equal((url, "0", Applications.Image), (outputs["Url"], outputs["Replicas"].Reveal(), outputs["Image"].Reveal()));

        // By what the output said of the image, which means the same whatever becomes of its tag.
        var again = Applications.Plan(engine, request.With(container => container with { Image = image }));
        outputs = await engine.ChangeAsync(stopped, again);
        Assert.Equal((url, image), (outputs["Url"], outputs["Image"].Reveal()));
        Assert.Equal("hello", await http.GetStringAsync(url.Reveal(), Engine.Cancel));
    }

    [EngineFact]
    public async Task An_entry_with_another_port_works_before_the_one_with_the_first_is_gone()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name);
        var (one, two) = (Applications.Plan(engine, request), Applications.Plan(engine, request with { HostPort = FreePort.Find() }));
        var before = (await engine.MakeAsync(one))["Url"].Reveal();
        using var http = new HttpClient();

        var after = (await engine.MakeAsync(two))["Url"].Reveal();
        Assert.Equal("hello", await http.GetStringAsync(before, Engine.Cancel));
        Assert.Equal("hello", await http.GetStringAsync(after, Engine.Cancel));
        await engine.ChangeAsync(one, two);

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(before, Engine.Cancel));
        Assert.Equal("hello", await http.GetStringAsync(after, Engine.Cancel));
    }

    [EngineFact]
    public async Task When_a_replica_ends_the_others_take_its_requests()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name) with { Replicas = 2 };
        var url = (await engine.MakeAsync(Applications.Plan(engine, request)))["Url"].Reveal();
        using var http = new HttpClient();

        await engine.Docker.PostAsync($"containers/{request.Scope.ObjectName("r1-1")}/kill", body: null, Engine.Cancel);
        await using var load = new Load(url);
        await load.PassAsync(200);
        await load.StopAsync();

        Assert.Empty(load.Failures);
        Assert.Equal(request.Scope.ObjectName("r1-2"), await http.GetStringAsync($"{url}/host", Engine.Cancel));
    }

    [EngineFact]
    public async Task Replicas_that_fail_their_check_get_requests_when_no_other_passes_it()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name);
        var url = (await engine.MakeAsync(Applications.Plan(engine, request)))["Url"].Reveal();
        var route = (RouteSpec)engine.SpecOf("route");
        using var http = new HttpClient();

        await engine.CreateAsync(route with { CheckPort = 9, StartPeriod = TimeSpan.FromSeconds(2) }, "route");
        var seen = await engine.MakeAsync(route with { CheckPort = 9, StartPeriod = TimeSpan.FromSeconds(2) }, "route");

        Assert.Equal(Condition.Failed, seen.Condition);
        Assert.Contains("Layer4 connection problem", seen.Word, StringComparison.Ordinal);
        Assert.Equal("hello", await http.GetStringAsync(url, Engine.Cancel));
    }

    [EngineFact]
    public async Task An_entry_and_replicas_that_were_restarted_find_each_other_at_new_addresses()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name);
        var plan = Applications.Plan(engine, request);
        var url = (await engine.MakeAsync(plan))["Url"];
        var (entry, replica) = (request.Scope.ObjectName("entry"), request.Scope.ObjectName("r1-1"));
        using var http = new HttpClient();

        await engine.Docker.PostAsync($"containers/{entry}/restart?t=0", body: null, Engine.Cancel);
        await MoveAsync("one");
        Assert.Equal(url, (await engine.MakeAsync(plan))["Url"]);
        Assert.Equal("hello", await http.GetStringAsync(url.Reveal(), Engine.Cancel));

        // An entry that starts while there is no replica.
        await MoveAsync("two", () => engine.Docker.PostAsync($"containers/{entry}/restart?t=0", body: null, Engine.Cancel));
        Assert.Equal(url, (await engine.MakeAsync(plan))["Url"]);
        Assert.Equal("hello", await http.GetStringAsync(url.Reveal(), Engine.Cancel));

        // Something else gets the replica's address, so that it comes back at another.
        async Task MoveAsync(string other, Func<Task>? meanwhile = null)
        {
            var before = await AddressOfAsync();
            await engine.Docker.PostAsync($"containers/{replica}/stop?t=0", body: null, Engine.Cancel);
            await engine.MakeAsync(
                new ContainerSpec(engine.Scope.ObjectName(other), Applications.Image, network.Name) { Alias = other, Command = ["sleep", "60"] },
                other);
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            await engine.Docker.PostAsync($"containers/{replica}/start", body: null, Engine.Cancel);
            Assert.NotEqual(before, await AddressOfAsync());
        }

        async Task<string?> AddressOfAsync() =>
            (await engine.Docker.GetAsync<ContainerInspection>($"containers/{replica}/json", Engine.Cancel))
                .NetworkSettings.Networks!.Values.Single().IPAddress;
    }

    [EngineFact]
    public async Task A_configuration_that_HAProxy_refuses_is_told_in_its_words_and_the_one_before_stays_in_force()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var url = (await engine.MakeAsync(Applications.Plan(engine, Applications.Request(engine, network.Name))))["Url"].Reveal();
        var route = (RouteSpec)engine.SpecOf("route");
        using var http = new HttpClient();

        var refused = await engine.MakeAsync(route with { Port = 70000 }, "route");
        Assert.Equal("hello", await http.GetStringAsync(url, Engine.Cancel));
        var repaired = await engine.MakeAsync(route, "route");

        Assert.Equal((Condition.Failed, "HAProxy refuses the configuration"), (refused.Condition, refused.Word));
        Assert.Contains(refused.LastLog, line => line.Contains("70000", StringComparison.Ordinal));
        Assert.Equal(Condition.Ready, repaired.Condition);
    }

    [EngineFact]
    public async Task A_route_is_absent_without_its_entry_and_once_deleted_and_comes_back_when_the_entry_is_made_anew()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var plan = Applications.Plan(engine, Applications.Request(engine, network.Name));
        var url = (await engine.MakeAsync(plan))["Url"].Reveal();
        var route = engine.SpecOf("route");
        using var http = new HttpClient();

        await engine.DeleteAsync(route, "route");
        Assert.Equal(Condition.Absent, (await engine.ReadAsync(route, "route")).Condition);
        while (await TextAsync() != "local-shop is not deployed.\n")
        {
            await Task.Delay(50, Engine.Cancel);
        }

        await engine.DeleteAsync(new HashSet<string> { "entry" });
        Assert.Equal(Condition.Absent, (await engine.ReadAsync(route, "route")).Condition);
        await engine.DeleteAsync(route, "route");

        url = (await engine.MakeAsync(plan))["Url"].Reveal();
        Assert.Equal("hello", await TextAsync());

        async Task<string> TextAsync()
        {
            using var answer = await http.GetAsync(url, Engine.Cancel);
            return await answer.Content.ReadAsStringAsync(Engine.Cancel);
        }
    }

    [EngineFact]
    public async Task A_tcp_application_is_reached_as_it_is_and_refuses_connections_while_it_is_stopped()
    {
        await using var engine = new Engine();
        var network = await engine.MakeNetworkAsync();
        var request = Applications.Request(engine, network.Name)
            .With(container => container with
            {
                Command = ["perl", "-MIO::Socket::INET", "-e", """
                    $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
                    while ($c = $s->accept) { while (<$c>) { print $c uc; $c->flush } close $c }
                    """],
                Health = new(TimeSpan.FromSeconds(30)) { Port = 8080 },
            }) with
        {
            Protocol = ApplicationProtocol.Tcp,
        };
        var running = Applications.Plan(engine, request);
        var stopped = Applications.Plan(engine, request with { Replicas = 0 });

        var url = (await engine.MakeAsync(running))["Url"].Reveal();
        var port = new Uri(url).Port;
        Assert.Equal($"tcp://127.0.0.1:{port}", url);
        Assert.Equal("HELLO", await SayAsync("hello"));
        await engine.ChangeAsync(running, stopped);
        Assert.Null(await SayAsync("hello"));

        async Task<string?> SayAsync(string line)
        {
            using var connection = new TcpClient("127.0.0.1", port);
            try
            {
                using var reader = new StreamReader(connection.GetStream());
                await connection.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(line + "\n"), Engine.Cancel);
                return await reader.ReadLineAsync(Engine.Cancel);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }
}
