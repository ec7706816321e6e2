using System.Text;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Tests;

public sealed class RegistryCredentialsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("docker-config-").FullName;
    private readonly TestLog log = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("ghcr.io/a/b", """{ "auths": { "ghcr.io": { "auth": "YW5uOnBhc3M6d29yZA==" } } }""", "ann", "pass:word")]
    [InlineData("127.0.0.1:5000/b", """{ "auths": { "http://127.0.0.1:5000/v2/": { "auth": "YW5uOnB3" } } }""", "ann", "pw")]
    [InlineData("localhost/b", """{ "auths": { "localhost": { "username": "ann", "password": "pw" } } }""", "ann", "pw")]
    [InlineData("a/b", """{ "auths": { "https://index.docker.io/v1/": { "auth": "YW5uOnB3" } }, "credHelpers": null }""", "ann", "pw")]
    [InlineData("index.docker.io/a/b", """{ "auths": { "https://index.docker.io/v1/": { "auth": "YW5uOnB3" } } }""", "ann", "pw")]
    public async Task A_stored_login_is_found_by_the_images_registry(string image, string config, string user, string password)
    {
        var (login, problem) = await FindAsync(image, config);

        Assert.Null(problem);
        Assert.Equal((user, password), (login!.Username, login.Password.Reveal()));
    }

    [Theory]
    [InlineData("ghcr.io/b", """{ "auths": { "other.io": { "auth": "YW5uOnB3" } } }""")]
    [InlineData("ghcr.io/b", """{ "auths": { "ghcr.io": {} } }""")]
    [InlineData("ghcr.io/b", """{ "auths": { "ghcr.io": null }, "currentContext": "lab" }""")]
    [InlineData("b", """{ "auths": { "ghcr.io": { "auth": "YW5uOnB3" } } }""")]
    public async Task No_login_is_no_problem(string image, string config) =>
        Assert.Equal(new FoundLogin(null, null), await FindAsync(image, config));

    [Fact]
    public async Task No_configuration_is_no_problem() => Assert.Equal(
        new FoundLogin(null, null), await new RegistryCredentials(new DockerConfig(folder)).FindAsync("ghcr.io", CancellationToken.None));

    [Theory]
    [InlineData("""{ "auths": { "ghcr.io": { "auth": "top-secret!" } } }""", "The login for ghcr.io")]
    [InlineData("""{ "auths": { "ghcr.io": { "auth": "dG9wLXNlY3JldA==" } } }""", "is not base64 of user:password")]
    [InlineData("""{ "auths": { "ghcr.io": "top-secret" } }""", "config.json cannot be read")]
    [InlineData("""{ "auths": """, "config.json cannot be read")]
    public async Task A_login_that_cannot_be_understood_is_told_and_not_shown(string config, string expected)
    {
        var (login, problem) = await FindAsync("ghcr.io/b", config);

        Assert.Null(login);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("top-secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_gets_the_server_on_its_input_and_nothing_but_get_as_argument()
    {
        var asked = Path.Combine(folder, "asked");
        var name = AddProgram($$"""echo "$* $(cat)" >>{{asked}}; echo '{ "Username": "ann", "Secret": "pw" }'""");
        var config = $$"""{ "credHelpers": { "ghcr.io": "{{name}}" }, "auths": { "ghcr.io": { "auth": "YW5uOm90aGVy" } } }""";

        var found = await FindAsync("ghcr.io/a", config);
        await FindAsync("a", $$"""{ "credsStore": "{{name}}" }""");

        Assert.Equal("pw", found.Login?.Password.Reveal());
        Assert.Equal(["get ghcr.io", "get https://index.docker.io/v1/"], await File.ReadAllLinesAsync(asked));
    }

    [Fact]
    public async Task A_registry_of_its_own_program_is_not_asked_of_the_other()
    {
        var (own, other) = (AddProgram("""echo '{ "Username": "own", "Secret": "pw" }'"""), AddProgram("exit 1"));

        var found = await FindAsync("ghcr.io/a", $$"""{ "credHelpers": { "ghcr.io": "{{own}}" }, "credsStore": "{{other}}" }""");

        Assert.Equal("own", found.Login?.Username);
    }

    [Fact]
    public async Task A_program_that_has_none_is_no_problem() => Assert.Equal(
        new FoundLogin(null, null),
        await FindAsync("ghcr.io/a", $$"""{ "credsStore": "{{AddProgram("echo credentials not found in native keychain; exit 1")}}" }"""));

    [Theory]
    [InlineData("echo locked; exit 1", "cannot be asked for the login: locked.")]
    [InlineData("echo no display >&2; exit 1", "cannot be asked for the login: no display.")]
    [InlineData("exit 3", "cannot be asked for the login: it ended with code 3.")]
    [InlineData("echo top-secret", "its answer is not JSON with Username and Secret.")]
    [InlineData("""echo '{ "Username": "ann" }'""", "its answer is not JSON with Username and Secret.")]
    public async Task A_program_that_fails_is_told(string script, string expected)
    {
        var (login, problem) = await FindAsync("ghcr.io/a", $$"""{ "credsStore": "{{AddProgram(script)}}" }""");

        Assert.Null(login);
        Assert.EndsWith(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told() => Assert.StartsWith(
        "docker-credential-no-such-program cannot be asked for the login: ",
        (await FindAsync("ghcr.io/a", """{ "credsStore": "no-such-program" }""")).Problem,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_program_that_waits_ends_when_nobody_waits_for_it()
    {
        var started = Path.Combine(folder, "started");
        var name = AddProgram($"echo $$ >{started}.new; mv {started}.new {started}; exec sleep 300");
        using var abandoned = new CancellationTokenSource();
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), $$"""{ "credsStore": "{{name}}" }""");
        var finding = new RegistryCredentials(new DockerConfig(folder)).FindAsync("ghcr.io", abandoned.Token);
        while (!File.Exists(started))
        {
            Assert.False(finding.IsCompleted, "It did not wait.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await abandoned.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => finding);
        while (Directory.Exists($"/proc/{(await File.ReadAllTextAsync(started)).Trim()}"))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task The_header_of_a_pull_is_what_Dockers_client_sends()
    {
        var (login, _) = await FindAsync("ghcr.io/a", """{ "auths": { "ghcr.io": { "auth": "w6TDtj86Pz8/w78=" } } }""");

        var header = login!.ToHeader();

        Assert.Equal("X-Registry-Auth", header.Name);
        Assert.Matches("^[A-Za-z0-9_-]+=*$", header.Value.Reveal());
        Assert.Equal("""{"username":"äö?","password":"???ÿ","serveraddress":"ghcr.io"}""", Decode(header));
        Assert.DoesNotContain("???", $"{login} {header}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_sent_as_tokens()
    {
        var name = AddProgram("""echo '{ "Username": "<token>", "Secret": "t1" }'""");
        var (kept, _) = await FindAsync("ghcr.io/a", $$"""{ "credsStore": "{{name}}" }""");
        var (stored, _) = await FindAsync("ghcr.io/a", """{ "auths": { "ghcr.io": { "identitytoken": "t2", "registrytoken": "t3" } } }""");

        Assert.Equal("""{"username":"","password":"","serveraddress":"ghcr.io","identitytoken":"t1"}""", Decode(kept!.ToHeader()));
        Assert.Equal(
            """{"username":"","password":"","serveraddress":"ghcr.io","identitytoken":"t2","registrytoken":"t3"}""",
            Decode(stored!.ToHeader()));
    }

    [Fact]
    public async Task The_header_of_a_build_has_the_logins_of_all_registries_that_are_named()
    {
        var (good, bad) = (AddProgram("""echo '{ "Username": "bob", "Secret": "pw" }'"""), AddProgram("echo locked; exit 1"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "config.json"),
            $$"""
            {
                "auths": { "ghcr.io": { "auth": "YW5uOnB3" }, "none.io": {} },
                "credHelpers": { "helped.io": "{{good}}", "locked.io": "{{bad}}" }
            }
            """);

        var header = RegistryLogin.ToHeader(await new RegistryCredentials(new DockerConfig(folder)).FindAllAsync(log, CancellationToken.None));

        Assert.Equal("X-Registry-Config", header.Name);
        Assert.Equal(
            """{"ghcr.io":{"username":"ann","password":"pw","serveraddress":"ghcr.io"},"helped.io":{"username":"bob","password":"pw","serveraddress":"helped.io"}}""",
            Decode(header));
        Assert.EndsWith("locked.", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private async Task<FoundLogin> FindAsync(string image, string config)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), config);
        return await new RegistryCredentials(new DockerConfig(folder)).FindAsync(ImageReference.Parse(image).Registry, CancellationToken.None);
    }

    private static string AddProgram(string script) => CredentialPrograms.Add(Guid.NewGuid().ToString("N"), script);

    private static string Decode(RequestHeader header) => System.Text.RegularExpressions.Regex.Unescape(
        Encoding.UTF8.GetString(Convert.FromBase64String(header.Value.Reveal().Replace('-', '+').Replace('_', '/'))));
}
