using System.Globalization;
using System.Text.RegularExpressions;
using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

/// <summary>An application under constant load from another process loses no request, whatever is done to it and to the server.</summary>
public sealed partial class HandOverTests
{
    [Fact]
    public async Task No_request_is_lost_while_the_application_changes_and_the_server_is_killed_meanwhile()
    {
        await using var installation = new Installation();
        var application = installation.Application;
        await DeployAsync(installation);
        var url = await installation.ApplicationUrlAsync();
        using var load = new RunningProcess("wrk", ["--threads", "1", "--connections", "8", "--duration", "300s", "--timeout", "30s", url], new Dictionary<string, string>());

        await KillDuringAsync(installation, "app", "redeploy", application, installation.Write("second.yaml", Definition(installation, "Second")));
        await KillDuringAsync(installation, "app", "scale", application, "4");
        await KillDuringAsync(installation, "app", "rollback", application);
        await KillDuringAsync(installation, "app", "scale", application, "1");
        await KillDuringAsync(installation, "app", "restart", application);
        Assert.StartsWith("First from", await installation.AskApplicationAsync());
        Assert.Equal(url, await installation.ApplicationUrlAsync());

        await load.SignalAsync("INT");
        var summary = (await load.WaitAsync()).Output;
        var requests = int.Parse(Requests().Match(summary).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(requests > 500, summary);
        Assert.DoesNotContain("Non-2xx", summary);
        Assert.DoesNotContain("Socket errors", summary);

        await installation.DoAsync("env", "delete", installation.Environment, "--force", "--yes");
        await installation.DoAsync("container", "delete", installation.Container, "--yes");
        await installation.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_revision_that_fails_leaves_the_old_one_serving_and_its_last_words_in_the_history()
    {
        await using var installation = new Installation();
        await DeployAsync(installation);
        var url = await installation.ApplicationUrlAsync();
        using var load = new RunningProcess("wrk", ["--threads", "1", "--connections", "4", "--duration", "120s", "--timeout", "30s", url], new Dictionary<string, string>());

        var broken = Definition(installation, "Second") + "  command: [sh, -c, 'echo these are my last words; exit 3']\n";
        var failed = await installation.ExpectAsync(7, "app", "redeploy", installation.Application, installation.Write("broken.yaml", broken));
        Assert.Contains("exited with code 3", failed.Error);
        Assert.Contains("these are my last words", failed.Error);
        Assert.StartsWith("First from", await installation.AskApplicationAsync());
        Assert.Contains("these are my last words", (await installation.DoAsync("app", "logs", installation.Application, "--previous")).Output);
        Assert.Contains("rolled-back", (await installation.DoAsync("app", "history", installation.Application)).Output);

        await load.SignalAsync("INT");
        var summary = (await load.WaitAsync()).Output;
        Assert.DoesNotContain("Non-2xx", summary);
        Assert.DoesNotContain("Socket errors", summary);
        await installation.DoAsync("env", "delete", installation.Environment, "--force", "--yes");
        await installation.DoAsync("container", "delete", installation.Container, "--yes");
        await installation.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task An_application_that_is_stopped_says_so_and_starts_again()
    {
        await using var installation = new Installation();
        await DeployAsync(installation);
        var url = await installation.ApplicationUrlAsync();
        using var http = new HttpClient();

        await installation.DoAsync("app", "stop", installation.Application);
        using (var answer = await http.GetAsync(url))
        {
            Assert.Equal(503, (int)answer.StatusCode);
        }

        await installation.DoAsync("app", "start", installation.Application);
        Assert.StartsWith("First from", await http.GetStringAsync(url));
        await installation.DoAsync("env", "pause", installation.Environment);
        await installation.DoAsync("env", "resume", installation.Environment);
        Assert.StartsWith("First from", await http.GetStringAsync(url));
        await installation.DoAsync("env", "delete", installation.Environment, "--force", "--yes");
        await installation.DoAsync("container", "delete", installation.Container, "--yes");
        await installation.AssertNothingIsLeftAsync();
    }

    private static string Definition(Installation installation, string greeting) => $"""
        app:
          image: {installation.Container}
          container_port: 8080
          replicas: 2
          health: /health
          env:
            GREETING: {greeting}

        """;

    private static async Task DeployAsync(Installation installation)
    {
        await installation.DoAsync("env", "create", installation.Environment, Repository.Example("replicas/environment.yaml"));
        await installation.DoAsync("container", "create", installation.Container, "local", "--context", Repository.Example("replicas/app"));
        await installation.DoAsync(
            "app", "deploy", installation.Application, installation.Environment, installation.Write("first.yaml", Definition(installation, "First")));
    }

    /// <summary>Runs a command whose server is killed in the middle of what it does.</summary>
    private static async Task KillDuringAsync(Installation installation, params string[] words)
    {
        using var command = installation.Start([.. words, "--yes", "--progress", "plain"]);
        await command.UntilWrittenAsync("route");
        await installation.StopServerAsync("KILL");
        var result = await command.WaitAsync();
        Assert.True(result.ExitCode == 0, $"cld {string.Join(' ', words)}: {result}");
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();
}
