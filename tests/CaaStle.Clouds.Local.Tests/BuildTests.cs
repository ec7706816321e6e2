using System.Formats.Tar;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Docker;
using CaaStle.Docker.Building;
using CaaStle.Clouds.Local.Objects;

namespace CaaStle.Clouds.Local.Tests;

public sealed class BuildTests
{
    [EngineFact]
    public async Task The_registry_builds_an_image_that_is_marked_and_shows_the_output()
    {
        await using var engine = new Engine();
        var archive = Archive(engine, Dockerfile(engine));
        var plan = new Blueprint();
        engine.Cloud.Registries[0].Plan(new(engine.Scope, archive, "Dockerfile"), plan);

        var outputs = await engine.MakeAsync(plan);

        Assert.Equal($"cld/local-test:{engine.Scope.Id}", outputs["Image"].Reveal());
        Assert.StartsWith("sha256:", outputs["Digest"].Reveal(), StringComparison.Ordinal);
        Assert.Contains(engine.Log.Lines, line => line.EndsWith($"RUN echo from-the-$(echo build)-{engine.Scope.Id}", StringComparison.Ordinal));
        Assert.Contains(engine.Log.Lines, line => line.EndsWith($" from-the-build-{engine.Scope.Id}", StringComparison.Ordinal));
        Assert.Contains(engine.Log.Lines, line => line.Contains(" done ", StringComparison.Ordinal));
        Assert.Equal(
            "docker/image image",
            Assert.Single((await engine.Cloud.FindMarkedAsync("local-tests", engine.Scope.Id, Engine.Cancel))
                .Select(marked => $"{marked.Kind} {marked.Key}")));
    }

    [EngineFact]
    public Task BuildKit_fails_with_the_failing_steps_last_lines() => FailsAsync(Builder.BuildKit);

    [EngineFact]
    public Task The_classic_builder_fails_with_the_failing_steps_last_lines() => FailsAsync(Builder.Classic);

    [EngineFact]
    public Task BuildKit_stops_when_nobody_wants_the_image_any_more() => StopsAsync(Builder.BuildKit);

    [EngineFact]
    public Task The_classic_builder_stops_when_nobody_wants_the_image_any_more() => StopsAsync(Builder.Classic);

    [EngineFact]
    public async Task The_classic_builder_builds_the_same()
    {
        await using var engine = new Engine();
        var spec = Spec(engine, Dockerfile(engine));
        var handler = new ImageHandler(engine.Docker, Builder.Classic);

        await handler.CreateAsync(spec, engine.Call(), Engine.Cancel);

        Assert.Equal(Condition.Ready, (await handler.ReadAsync(spec, engine.Call(), Engine.Cancel)).Condition);
        Assert.Contains($"from-the-build-{engine.Scope.Id}", engine.Log.Lines);
        await handler.DeleteAsync(spec, engine.Call(), Engine.Cancel);
        await handler.DeleteAsync(spec, engine.Call(), Engine.Cancel);
        Assert.Equal(Condition.Absent, (await handler.ReadAsync(spec, engine.Call(), Engine.Cancel)).Condition);
    }

    [EngineFact]
    public async Task A_base_image_that_cannot_be_had_is_refused_in_Dockers_words()
    {
        await using var engine = new Engine();

        var refused = await Assert.ThrowsAsync<CloudException>(() => engine.CreateAsync(Spec(engine, "FROM 127.0.0.1:1/no/base:2\n")));

        Assert.Equal(CloudFault.Refused, refused.Fault);
        Assert.Contains("127.0.0.1:1/no/base:2", refused.Message, StringComparison.Ordinal);
        Assert.Contains("connection refused", refused.Message, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_Dockerfile_that_is_not_in_the_context_or_not_understood_is_refused()
    {
        await using var engine = new Engine();
        var missing = Spec(engine, "FROM debian:bookworm-slim\n") with { Dockerfile = "docker/Dockerfile" };

        var none = await Assert.ThrowsAsync<CloudException>(() => engine.CreateAsync(missing));
        var wrong = await Assert.ThrowsAsync<CloudException>(() => engine.CreateAsync(Spec(engine, "FROM debian:bookworm-slim\nRUNN ls\n")));

        Assert.Contains("no file docker/Dockerfile", none.Message, StringComparison.Ordinal);
        Assert.Equal(CloudFault.Refused, wrong.Fault);
        Assert.Contains("unknown instruction: RUNN", wrong.Message, StringComparison.OrdinalIgnoreCase);
    }

    [EngineFact]
    public async Task What_only_BuildKit_can_do_works()
    {
        await using var engine = new Engine();
        var spec = Spec(
            engine,
            $$"""
            ARG BASE=debian
            FROM ${BASE}:bookworm-slim AS first
            ARG WORD={{engine.Scope.Id}}
            COPY --chmod=751 Dockerfile /mode
            RUN --mount=type=cache,target=/cache --mount=type=tmpfs,target=/tmp --mount=type=bind,target=/context \
                echo $WORD >>/cache/words && stat -c %a-$WORD /mode && grep -c FROM /context/Dockerfile
            FROM unused/image AS unused
            RUN --mount=type=secret,id=token true
            FROM debian:bookworm-slim
            COPY --from=first /mode /mode
            """);

        await engine.CreateAsync(spec);

        Assert.Equal(Condition.Ready, (await engine.ReadAsync(spec)).Condition);
        Assert.Contains(engine.Log.Lines, line => line.EndsWith($" 751-{engine.Scope.Id}", StringComparison.Ordinal));
        Assert.DoesNotContain(engine.Log.Lines, line => line.Contains("classic builder", StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task A_step_that_asks_for_a_secret_is_refused_with_what_to_do()
    {
        await using var engine = new Engine();

        var secret = await Assert.ThrowsAsync<CloudException>(
            () => engine.CreateAsync(Spec(engine, "FROM debian:bookworm-slim\nRUN --mount=type=secret,id=token true\n")));
        var ssh = await Assert.ThrowsAsync<CloudException>(
            () => engine.CreateAsync(Spec(engine, "FROM debian:bookworm-slim\nRUN --mount=type=ssh,required=true true\n")));

        Assert.Equal(CloudFault.Refused, secret.Fault);
        Assert.Contains("`RUN --mount=type=secret`, which `cld` does not serve.", secret.Message, StringComparison.Ordinal);
        Assert.Contains("`docker build --secret ", secret.Message, StringComparison.Ordinal);
        Assert.Contains("`docker build --ssh ", ssh.Message, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task An_image_in_use_is_busy_in_Dockers_words()
    {
        await using var engine = new Engine();
        var spec = Spec(engine, "FROM debian:bookworm-slim\nLABEL in.use=1\n");
        await engine.MakeAsync(spec);
        var path = DockerClient.Path("containers/create", ("name", engine.Scope.ObjectName("user")));
        var user = await engine.Docker.PostAsync<Created>(path, new { Image = spec.Tag, Cmd = "true" }, Engine.Cancel);

        var busy = await Assert.ThrowsAsync<CloudException>(() => engine.DeleteAsync(spec));

        Assert.Equal(CloudFault.Busy, busy.Fault);
        Assert.Contains("is using", busy.Message, StringComparison.Ordinal);
        await engine.Docker.DeleteAsync($"containers/{user.Id}", Engine.Cancel);
    }

    /// <summary>One that no earlier build has left in the builder's cache.</summary>
    private static string Dockerfile(Engine engine) =>
        $"FROM debian:bookworm-slim\nRUN echo from-the-$(echo build)-{engine.Scope.Id}\n";

    private static async Task FailsAsync(Builder builder)
    {
        await using var engine = new Engine();
        var spec = Spec(engine, "FROM debian:bookworm-slim\nRUN echo before\nRUN for i in $(seq 30); do echo line $i; done; exit 9\n");

        var refused = await Assert.ThrowsAsync<CloudException>(
            () => new ImageHandler(engine.Docker, builder).CreateAsync(spec, engine.Call(), Engine.Cancel));

        Assert.Equal(CloudFault.Refused, refused.Fault);
        Assert.Contains("9", refused.Message, StringComparison.Ordinal);
        Assert.Equal(20, refused.LastLog.Count);
        Assert.Contains("line 30", refused.LastLog);
        Assert.Equal(Condition.Absent, (await engine.ReadAsync(spec)).Condition);
    }

    private static async Task StopsAsync(Builder builder)
    {
        await using var engine = new Engine();
        var spec = Spec(engine, $"FROM debian:bookworm-slim\nRUN echo begun-{engine.Scope.Id}; sleep 300\n");
        using var abandoned = new CancellationTokenSource();
        var build = new ImageHandler(engine.Docker, builder).CreateAsync(spec, engine.Call(abandoned: abandoned.Token), Engine.Cancel);
        while (!engine.Log.Lines.Any(line => line.EndsWith($"begun-{engine.Scope.Id}", StringComparison.Ordinal) && !line.Contains("RUN", StringComparison.Ordinal)))
        {
            Assert.False(build.IsCompleted, "The build ended before it had begun.");
            await Task.Delay(50, Engine.Cancel);
        }

        await abandoned.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        while (IsRunning($"echo begun-{engine.Scope.Id}; sleep 300"))
        {
            await Task.Delay(50, Engine.Cancel);
        }

        Assert.Equal(Condition.Absent, (await engine.ReadAsync(spec)).Condition);
    }

    private static bool IsRunning(string command) => Directory.EnumerateDirectories("/proc").Any(process =>
    {
        try
        {
            return File.ReadAllText($"{process}/cmdline").Contains(command, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    internal static ImageSpec Spec(Engine engine, string dockerfile) =>
        new($"cld/local-test:{engine.Scope.Id}", Archive(engine, dockerfile), "Dockerfile");

    private static string Archive(Engine engine, string dockerfile)
    {
        var path = Path.Combine(engine.Folder, "context.tar");
        using var file = File.Create(path);
        using var writer = new TarWriter(file);
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "Dockerfile") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(dockerfile)) });
        return path;
    }
}
