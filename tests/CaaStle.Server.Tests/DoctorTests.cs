using System.Net;
using System.Net.Http.Json;
using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Server.Hosting;
using CaaStle.Server.Security;
using CaaStle.Server.Tests.Fakes;
using CaaStle.Storage.Sqlite;

namespace CaaStle.Server.Tests;

public sealed class DoctorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_is_well_on_a_server_that_is_new()
    {
        await using var server = await TestServer.StartAsync([new FakeCloud { Name = "fine" }]);

        var report = await server.GetAsync<CheckReport>("/doctor");

        Assert.Equal(["state store", "secrets", "extensions", "operations", "clock", "usable"], report.Checks.Select(check => check.Name));
        Assert.Equal(["server", "server", "server", "server", "server", "fine"], report.Checks.Select(check => check.Area));
        Assert.All(report.Checks, check => Assert.Equal(("passed", 0), (check.Result, check.Fix.Count)));
        Assert.Equal((true, RunningServer.Version), (report.Passed, report.ServerVersion));
    }

    [Fact]
    public async Task What_a_cloud_says_is_told_with_the_commands_that_it_names()
    {
        FakeCloud[] clouds =
        [
            new() { Name = "down", Obstacles = _ => Task.FromResult<IReadOnlyList<string>>(["It is away. Start it: `sudo systemctl start docker`."]) },
            new() { Name = "fine", Checks = [CheckOutcome.Warned("disk", "3 GB free", "docker system prune"), CheckOutcome.Passed("engine", "Docker 27")] },
            new() { Name = "odd", Obstacles = _ => throw new CloudException(CloudFault.Unreachable, "connection refused") },
        ];
        await using var server = await TestServer.StartAsync(clouds);

        var report = await server.GetAsync<CheckReport>("/doctor");

        var found = report.Checks.Where(check => check.Area != "server").Select(check => $"{check.Area} {check.Name} {check.Result}: {check.Detail} [{string.Join(", ", check.Fix)}]");
        Assert.Equal(
            [
                "down usable failed: It is away. Start it: `sudo systemctl start docker`. [sudo systemctl start docker]",
                "fine usable passed: nothing stands in the way []",
                "fine disk warning: 3 GB free [docker system prune]",
                "fine engine passed: Docker 27 []",
                "odd usable failed: connection refused []",
            ],
            found);
        Assert.False(report.Passed);
    }

    [Fact]
    public async Task A_cloud_that_nobody_has_set_up_is_no_fault_and_is_not_asked()
    {
        var cloud = new FakeCloud { Name = "far", IsSetUp = false, Obstacles = _ => throw new InvalidOperationException("It was asked.") };
        await using var server = await TestServer.StartAsync([cloud]);

        var check = Assert.Single((await server.GetAsync<CheckReport>("/doctor")).Checks, check => check.Area == "far");

        Assert.Equal("passed", check.Result);
    }

    [Fact]
    public async Task A_cloud_says_who_one_is()
    {
        var cloud = new FakeCloud { Name = "far", Identities = new Dictionary<string, CloudIdentity> { ["work"] = new("123", "ada", "north") } };
        await using var server = await TestServer.StartAsync([cloud]);

        Assert.Equal(new IdentityView("far", "work", "123", "ada", "north"), await server.GetAsync<IdentityView>("/clouds/far/identity?profile=work"));
        var unknown = await server.ProblemAsync(
            HttpMethod.Get, "/clouds/far/identity?profile=play", HttpStatusCode.ServiceUnavailable, ProblemCodes.CloudNotReady);
        Assert.Equal("There is no profile 'play'.", unknown.Title);
        await server.ProblemAsync(HttpMethod.Get, "/clouds/near/identity", HttpStatusCode.NotFound, ProblemCodes.NotFound);
    }

    [Fact]
    public async Task A_cloud_that_does_not_answer_is_not_waited_for()
    {
        var stuck = new FakeCloud
        {
            Obstacles = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith<IReadOnlyList<string>>(_ => [], TaskScheduler.Default),
        };
        await using var server = await TestServer.StartAsync([stuck]);
        var asking = server.GetAsync<CheckReport>("/doctor");
        await server.Clock.SomethingWaitsForAsync(TimeSpan.FromSeconds(15));
        server.Clock.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(("failed", "It did not answer within 15 s."), Of(await asking, "usable"));
    }

    [Fact]
    public async Task A_damaged_store_is_told_in_the_databases_words()
    {
        var home = new TemporaryHome();
        await (await SqliteStateStore.OpenAsync(home.Home.StoreFile, TimeProvider.System, new SystemRandomSource(), Token)).DisposeAsync();
        await using (var file = new FileStream(home.Home.StoreFile, FileMode.Open, FileAccess.Write))
        {
            // The last page, which opening does not read.
            file.Position = file.Length - 4096;
            await file.WriteAsync(Enumerable.Repeat((byte)0xAB, 4096).ToArray(), Token);
        }

        await using var server = await TestServer.StartAsync(home: home);
        var report = await server.GetAsync<CheckReport>("/doctor");

        var check = report.Checks.Single(check => check.Name == "state store");
        Assert.Equal("failed", check.Result);
        Assert.StartsWith($"{server.Home.StoreFile} is damaged: ", check.Detail, StringComparison.Ordinal);
        Assert.Contains(".recover", check.Fix[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_whose_key_is_gone_are_told_by_what_they_belong_to()
    {
        using var other = new TemporaryHome();
        var foreign = new DataProtectionVault(other.Home).Protect("s3cr3t");
        await using var server = await TestServer.StartAsync();
        var own = new DataProtectionVault(server.Home).Protect("s3cr3t");
        await server.Store.SeedAsync(
            Samples.Subject(SubjectKey.Environment("orders")).With("mysql", ("Password", own, true), ("Old", foreign, true)));

        var check = (await server.GetAsync<CheckReport>("/doctor")).Checks.Single(check => check.Name == "secrets");

        Assert.Equal("failed", check.Result);
        Assert.StartsWith("1 of 2 cannot be decrypted, those of environment/orders", check.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extensions_that_could_not_be_loaded_are_told()
    {
        await using var server = await TestServer.StartAsync(extensionFailures: ["x.dll: built for another contract"]);

        var (result, detail) = Of(await server.GetAsync<CheckReport>("/doctor"), "extensions");

        Assert.Equal(("failed", "1 could not be loaded: x.dll: built for another contract"), (result, detail));
    }

    [Fact]
    public async Task Operations_that_get_on_are_told_from_those_that_are_blocked()
    {
        await using var server = await TestServer.StartAsync();
        var one = await EventStreamTests.CreateAsync(server, "one");
        await server.Store.AppendAsync(
            one,
            [
                new ObjectIntended("network", "docker/network", "n", "{}", [], false),
                new ObjectProgressed("network", "asking again: connection refused"),
                new ObjectReady("network", "{}", "ready"),
                new ObjectIntended("volume", "docker/volume", "v", "{}", [], true),
                new ObjectDeleting("volume"),
                new ObjectBlocked("volume", "volume is in use"),
                new ObjectDeleted("volume"),
            ],
            Token);
        Assert.Equal(("passed", "1 under way, none blocked"), Of(await server.GetAsync<CheckReport>("/doctor"), "operations"));

        await server.Store.AppendAsync(
            one, [new ObjectIntended("volume", "docker/volume", "v", "{}", [], true), new ObjectDeleting("volume"), new ObjectBlocked("volume", "volume is in use")], Token);
        var check = (await server.GetAsync<CheckReport>("/doctor")).Checks.Single(check => check.Name == "operations");
        Assert.Equal(("failed", $"{one} on environment/one is blocked: volume: volume is in use"), (check.Result, check.Detail));
        Assert.Equal([$"cld op watch {one}"], check.Fix);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_is_told()
    {
        await using var server = await TestServer.StartAsync();
        server.Clock.Advance(TimeSpan.FromDays(1));
        await EventStreamTests.CreateAsync(server, "orders");
        server.Clock.Advance(TimeSpan.FromDays(-1));

        var (result, detail) = Of(await server.GetAsync<CheckReport>("/doctor"), "clock");

        Assert.Equal("failed", result);
        Assert.Contains("It is 2026-05-01 12:00:00 UTC", detail, StringComparison.Ordinal);
        Assert.Contains("at 2026-05-02 12:00:00 UTC: the clock has been set back", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orphans_are_listed_and_those_chosen_removed()
    {
        await using var server = await TestServer.StartAsync();
        var volume = new Orphan("local", new("docker/volume", "lost-data", "environment/gone", "gone01", "mysql/volume"), HoldsData: true);
        var network = new Orphan("local", new("docker/network", "lost-net", "environment/gone", "gone01", "network"), HoldsData: false);
        server.Engine.Orphans = new([volume, network], ["aws: no credentials"]);

        var report = await server.GetAsync<OrphanReportView>("/orphans");
        using var answer = await server.Client.PostAsJsonAsync("/orphans/remove", new(report.Orphans), ApiJson.Default.OrphanRemovalRequest, Token);

        Assert.Equal(["aws: no credentials"], report.Unanswered);
        Assert.Equal(new OrphanView("local", "docker/volume", "lost-data", "environment/gone", "gone01", "mysql/volume", HoldsData: true), report.Orphans[0]);
        Assert.Equal([volume, network], server.Engine.Requests);
        var removals = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.IReadOnlyListOrphanRemovalView, Token))!;
        Assert.Equal(["in use", null], removals.Select(removal => removal.Failure));
    }

    private static (string Result, string Detail) Of(CheckReport report, string name) =>
        report.Checks.Where(check => check.Name == name).Select(check => (check.Result, check.Detail)).Single();
}
