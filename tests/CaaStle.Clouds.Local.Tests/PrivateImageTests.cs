using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Docker.Building;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

/// <summary>Images that a registry gives only to those who have logged in.</summary>
public sealed class PrivateImageTests(PrivateRegistry registry) : IClassFixture<PrivateRegistry>
{
    [EngineFact]
    public async Task A_login_counts_from_the_moment_that_it_is_made()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);

        var without = await Assert.ThrowsAsync<CloudException>(() => PullAsync(engine, image));
        await ConfigureAsync(engine, $$"""{ "auths": {{registry.Entry}} }""");
        await PullAsync(engine, image);

        Assert.Equal(CloudFault.Refused, without.Fault);
        Assert.Contains("no basic auth credentials", without.Message, StringComparison.Ordinal);
        Assert.Contains($"gives no login for {registry.Host}", without.Message, StringComparison.Ordinal);
        Assert.EndsWith($"`docker login {registry.Host}`.", without.Message, StringComparison.Ordinal);
        AssertSilent(engine);
        await ForgetAsync(engine, image);
    }

    [EngineFact]
    public async Task A_login_that_the_registry_refuses_is_told_in_its_words()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);
        await ConfigureAsync(engine, $$"""{ "auths": { "{{registry.Host}}": { "username": "ann", "password": "wrong-password" } } }""");

        var refused = await Assert.ThrowsAsync<CloudException>(() => PullAsync(engine, image));

        Assert.Contains("unauthorized: authentication required", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"config.json gives for {registry.Host}", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"`docker login {registry.Host}`", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", $"{refused}{string.Join(' ', engine.Log.Lines)}", StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_program_that_keeps_logins_is_asked()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);
        var helper = CredentialPrograms.Add(
            engine, $$"""echo '{ "ServerURL": "{{registry.Host}}", "Username": "ann", "Secret": "{{PrivateRegistry.Password}}" }'""");
        await ConfigureAsync(engine, $$"""{ "credsStore": "{{helper}}" }""");

        await PullAsync(engine, image);

        AssertSilent(engine);
        await ForgetAsync(engine, image);
    }

    [EngineFact]
    public async Task A_program_that_fails_matters_only_where_a_login_is_needed()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);
        var helper = CredentialPrograms.Add(engine, "echo the keychain is locked; exit 1");
        await ConfigureAsync(engine, $$"""{ "credsStore": "{{helper}}" }""");

        var refused = await Assert.ThrowsAsync<CloudException>(() => PullAsync(engine, image));

        Assert.Contains("no basic auth credentials", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"docker-credential-{helper} cannot be asked for the login: the keychain is locked.", refused.Message, StringComparison.Ordinal);
        Assert.Contains(engine.Log.Lines, line => line.EndsWith("the keychain is locked. Pulling without a login.", StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task A_containers_image_is_pulled_with_the_login()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);
        await ConfigureAsync(engine, $$"""{ "auths": {{registry.Entry}} }""");
        var network = await engine.MakeNetworkAsync();
        var spec = new ContainerSpec(engine.Scope.ObjectName("app"), image, network.Name)
        {
            Alias = "app",
            Command = ["/nothing"],
            Readiness = new TcpReadiness(80, TimeSpan.FromSeconds(1)),
        };

        // There is nothing in the image that could run; that is told only of an image that is there.
        var refused = await Assert.ThrowsAsync<CloudException>(() => engine.CreateAsync(spec));

        Assert.Contains("/nothing", refused.Message, StringComparison.Ordinal);
        AssertSilent(engine);
        await engine.DeleteAllAsync();
        await ForgetAsync(engine, image);
    }

    [EngineFact]
    public async Task BuildKit_builds_on_private_images()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);
        await ConfigureAsync(engine, $$"""{ "auths": {{registry.Entry}} }""");

        await BuildAsync(engine, $"FROM {image} AS base\nFROM scratch\nCOPY --from=base / /\nCOPY Dockerfile /\n", Builder.BuildKit);

        AssertSilent(engine);
        await ForgetAsync(engine, image);
    }

    [EngineFact]
    public async Task The_classic_builder_gets_the_logins_for_images_that_were_not_foreseen()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);
        var dockerfile = $"ARG SET=1\nFROM ${{SET:+{image}}}\nCOPY Dockerfile /\n";

        var refused = await Assert.ThrowsAsync<CloudException>(() => BuildAsync(engine, dockerfile, Builder.Classic));
        await ConfigureAsync(engine, $$"""{ "auths": {{registry.Entry}} }""");
        await BuildAsync(engine, dockerfile, Builder.Classic);

        Assert.Contains("no basic auth credentials", refused.Message, StringComparison.Ordinal);
        AssertSilent(engine);
        await ForgetAsync(engine, image);
    }

    [EngineFact]
    public async Task A_frontend_that_cannot_be_had_is_told_with_the_line_that_asks_for_it()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);

        var refused = await Assert.ThrowsAsync<CloudException>(
            () => BuildAsync(engine, $"# syntax={image}\nFROM scratch\nCOPY Dockerfile /\n", Builder.BuildKit));
        var missing = await Assert.ThrowsAsync<CloudException>(
            () => BuildAsync(engine, "# syntax=127.0.0.1:1/frontend:2\nFROM scratch\nCOPY Dockerfile /\n", Builder.BuildKit));

        Assert.StartsWith($"Dockerfile has the line `# syntax={image}`", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"`docker login {registry.Host}`", refused.Message, StringComparison.Ordinal);
        Assert.Contains("leave that line out", missing.Message, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task BuildKit_finds_a_private_frontend_that_was_pulled_before()
    {
        await using var engine = new Engine();
        var image = await registry.AddImageAsync(engine);
        await ConfigureAsync(engine, $$"""{ "auths": {{registry.Entry}} }""");

        // An image without a program in it is no frontend; that is told only of an image that is there.
        var refused = await Assert.ThrowsAsync<CloudException>(
            () => BuildAsync(engine, $"# syntax={image}\nFROM scratch\nCOPY Dockerfile /\n", Builder.BuildKit));

        Assert.Contains(engine.Log.Lines, line => line.Contains($"docker-image://{image}", StringComparison.Ordinal));
        Assert.DoesNotContain("session", refused.Message, StringComparison.Ordinal);
        await ForgetAsync(engine, image);
    }

    private static Task PullAsync(Engine engine, string image) =>
        engine.Docker.PullMissingAsync(ImageReference.Parse(image), engine.Log, Engine.Cancel);

    private static async Task BuildAsync(Engine engine, string dockerfile, Builder builder)
    {
        var spec = BuildTests.Spec(engine, dockerfile);
        await new ImageHandler(engine.Docker, builder).CreateAsync(spec, engine.Call(), Engine.Cancel);
        Assert.Equal(Condition.Ready, (await engine.ReadAsync(spec)).Condition);
        await engine.DeleteAsync(spec);
    }

    private static Task ConfigureAsync(Engine engine, string json) =>
        File.WriteAllTextAsync(Path.Combine(engine.Folder, "config.json"), json, Engine.Cancel);

    private static Task ForgetAsync(Engine engine, string image) => engine.Docker.DeleteAsync($"images/{image}", Engine.Cancel);

    private void AssertSilent(Engine engine) => Assert.DoesNotContain(
        engine.Log.Lines,
        line => line.Contains(PrivateRegistry.Password, StringComparison.Ordinal) || line.Contains(registry.Entry, StringComparison.Ordinal));
}
