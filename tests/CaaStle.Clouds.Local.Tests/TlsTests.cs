using CaaStle.Abstractions;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [EngineFact]
    public async Task The_variables_of_Dockers_client_lead_to_an_engine_that_demands_a_certificate()
    {
        await using var relay = new TlsRelay(EngineSocket());
        relay.WriteFiles(Path.Combine(folder.Path, "certificates"));

        await AssertAnswersAsync(
            ("DOCKER_HOST", relay.Host), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", Path.Combine(folder.Path, "certificates")));

        Assert.Equal(1, relay.Served);
    }

    [EngineFact]
    public async Task Without_DOCKER_CERT_PATH_the_files_are_beside_the_configuration()
    {
        await using var relay = new TlsRelay(EngineSocket());
        relay.WriteFiles(folder.Path);

        await AssertAnswersAsync(("DOCKER_HOST", relay.Host), ("DOCKER_TLS_VERIFY", "1"));
    }

    [EngineFact]
    public async Task A_context_has_files_of_its_own()
    {
        await using var relay = new TlsRelay(EngineSocket());
        folder.WriteContext("lab", relay.Host);
        relay.WriteFiles(folder.ContextFiles("lab"));

        await AssertAnswersAsync(("DOCKER_CONTEXT", "lab"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/nowhere"));
    }

    [EngineFact]
    public async Task An_engine_is_trusted_unseen_only_when_that_was_asked_for()
    {
        await using var relay = new TlsRelay(EngineSocket());
        await using var other = new TlsRelay(EngineSocket());
        folder.WriteContext("lab", relay.Host, skipVerify: true);
        relay.WriteFiles(folder.ContextFiles("lab"));
        relay.WriteFiles(folder.Path);
        other.WriteFiles(folder.ContextFiles("lab"), authorityOnly: true);
        other.WriteFiles(folder.Path, authorityOnly: true);

        await AssertAnswersAsync(("DOCKER_CONTEXT", "lab"));
        await AssertAnswersAsync(("DOCKER_HOST", relay.Host), ("DOCKER_TLS", "1"));
        var refused = await FailAsync(("DOCKER_HOST", relay.Host), ("DOCKER_TLS_VERIFY", "1"));

        Assert.Equal(CloudFault.Unreachable, refused.Fault);
        Assert.Contains("certificate", refused.Message, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Who_has_no_certificate_is_not_let_in()
    {
        await using var relay = new TlsRelay(EngineSocket());
        relay.WriteFiles(folder.Path, authorityOnly: true);

        var refused = await FailAsync(("DOCKER_HOST", relay.Host), ("DOCKER_TLS_VERIFY", "1"));

        Assert.Equal(CloudFault.Unreachable, refused.Fault);
        Assert.Equal(0, relay.Served);
    }

    [Fact]
    public void Files_that_are_missing_or_broken_are_told()
    {
        var variables = new[] { ("DOCKER_HOST", "tcp://engine"), ("DOCKER_TLS_VERIFY", "1") };
        var missing = folder.Find(variables).Problem;
        File.WriteAllText(Path.Combine(folder.Path, "ca.pem"), "");
        File.WriteAllText(Path.Combine(folder.Path, "cert.pem"), "no certificate");
        File.WriteAllText(Path.Combine(folder.Path, "key.pem"), "no key");
        var broken = folder.Find(variables).Problem;

        Assert.Contains("the certificates for it cannot be used: ", missing, StringComparison.Ordinal);
        Assert.Contains($"{folder.Path}/ca.pem", missing, StringComparison.Ordinal);
        Assert.Contains("the certificates for it cannot be used: ", broken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_has_a_port_of_its_own_and_sockets_do_without()
    {
        await using var relay = new TlsRelay("unused");
        relay.WriteFiles(folder.Path);

        Assert.Equal(new Uri("https://engine:2376"), folder.Find(("DOCKER_HOST", "tcp://engine"), ("DOCKER_TLS_VERIFY", "1")).BaseAddress);
        Assert.Equal(new Uri("https://engine:2375"), folder.Find(("DOCKER_HOST", "tcp://engine:2375"), ("DOCKER_TLS_VERIFY", "1")).BaseAddress);
        Assert.Null(folder.Find(("DOCKER_HOST", "unix:///run/docker.sock"), ("DOCKER_TLS_VERIFY", "1")).Tls);
        Assert.Null(folder.Find(("DOCKER_HOST", "tcp://engine"), ("DOCKER_TLS_VERIFY", "")).Tls);
    }

    private static string EngineSocket() =>
        DockerEndpoint.Find(Environment.GetEnvironmentVariable, DockerConfig.Find(Environment.GetEnvironmentVariable)).Socket;

    private Task AssertAnswersAsync(params (string Name, string Value)[] variables) => ReadVersionAsync(variables);

    private Task<CloudException> FailAsync(params (string Name, string Value)[] variables) =>
        Assert.ThrowsAsync<CloudException>(() => ReadVersionAsync(variables));

    private async Task ReadVersionAsync((string Name, string Value)[] variables)
    {
        using var docker = new DockerClient(folder.Find(variables), new(new DockerConfig(folder.Path)), record: null, TimeProvider.System);
        await docker.ReadVersionAsync(Engine.Cancel);
    }
}
