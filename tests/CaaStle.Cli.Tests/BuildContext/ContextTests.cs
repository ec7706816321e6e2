using System.Diagnostics;
using System.Formats.Tar;
using CaaStle.Api;
using CaaStle.Cli.BuildContext;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.BuildContext;

public sealed class ContextTests
{
    [Fact]
    public async Task The_context_is_sent_as_a_tar_with_modes_and_links()
    {
        await using var server = await FakeServer.StartAsync();
        server
            .On("POST", "/containers", Make.Operation("queued", "container/web"), ApiJson.Default.OperationView, 202)
            .Stream("op-1", Make.Event(1, "operation-ended", detail: "succeeded"))
            .On("GET", "/operations/op-1", Make.Operation("succeeded", "container/web"), ApiJson.Default.OperationView);
        using var cld = new Cld(server);
        cld.Write("app/build/Dockerfile", "FROM scratch\n");
        cld.Write("app/.dockerignore", "build\nsecret\n");
        cld.Write("app/secret/key", "no");
        cld.Write("app/empty.txt", "");
        var script = cld.Write("app/run.sh", "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, (UnixFileMode)0b111_101_000);
        File.CreateSymbolicLink(Path.Combine(cld.WorkingDirectory, "app", "link"), "run.sh");

        var result = await cld.RunAsync("container", "create", "web", "local", "--context", "app", "--file", "build/Dockerfile", "-q");

        Assert.Equal(ExitCode.Ok, result.Exit);
        var request = server.Requests.First();
        Assert.Equal("POST /containers?name=web&registry=local&dockerfile=build%2FDockerfile", request.ToString());
        var entries = new List<string>();
        await using var tar = new TarReader(new MemoryStream(request.Body));
        while (await tar.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry)
            entries.Add($"{entry.EntryType} {entry.Name} {entry.LinkName}{(entry.Name == "run.sh" ? Convert.ToString((int)entry.Mode, 8) : "")} {entry.Length}");
        Assert.Equal(
            ["RegularFile .dockerignore  13", "Directory build/  0", "RegularFile build/Dockerfile  13", "RegularFile empty.txt  0", "SymbolicLink link run.sh 0", "RegularFile run.sh 750 10"],
            entries);
    }

    [Fact]
    public async Task A_refusal_comes_before_the_context_is_sent()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("POST", "/containers", Make.Problem(ProblemCodes.AlreadyExists, 409, "There is a container web."));
        using var cld = new Cld(server);
        cld.Write("Dockerfile", "FROM scratch\n");

        Assert.Equal(ExitCode.Conflict, (await cld.RunAsync("container", "create", "web", "local")).Exit);
    }

    [Theory]
    [InlineData("There is no Dockerfile in", "container", "create", "web", "local")]
    [InlineData("There is no directory", "container", "create", "web", "local", "--context", "nowhere")]
    [InlineData("../Dockerfile is outside of the build context", "container", "create", "web", "local", "--file", "../Dockerfile")]
    public async Task What_cannot_be_built_is_refused_before_the_server_is_asked(string message, params string[] words)
    {
        await using var server = await FakeServer.StartAsync();
        using var cld = new Cld(server);

        var result = await cld.RunAsync(words);

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Contains(message, result.Error);
        Assert.Contains("→ ", result.Error);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Docker_takes_the_same_files()
    {
        if (!File.Exists("/var/run/docker.sock"))
            Assert.Skip("There is no Docker engine.");
        const string image = "cli-tests-context";
        using var cld = new Cld();
        cld.Write("Dockerfile", "FROM scratch\nCOPY . /\nCMD [\"none\"]\n");
        cld.Write(".dockerignore", "# all but\n**/*.log\ndir\n!dir/keep\n/rooted\nx/**/y\n[ab].txt\n!b.txt\nw?ld\n*.md\n!README*.md\nREADME-secret.md\n");
        foreach (var file in new[] { "a.log", "dir/a", "dir/keep/b", "dir/keep/c.log", "rooted/a", "sub/rooted/a", "x/y", "x/1/2/y", "x/1/z", "a.txt", "b.txt", "wild", "wld", "n.md", "README.md", "README-secret.md", "deep/er/d.log", "deep/er/e" })
            cld.Write(file, file);
        try
        {
            await DockerAsync("build", "--quiet", "--tag", image, cld.WorkingDirectory);
            await DockerAsync("create", "--name", image, image);
            await DockerAsync("export", "--output", Path.Combine(cld.Home, "image.tar"), image);
        }
        finally
        {
            await DockerAsync("rm", "--force", image);
            await DockerAsync("image", "rm", "--force", image);
        }

        var taken = new List<string>();
        await using (var tar = new TarReader(File.OpenRead(Path.Combine(cld.Home, "image.tar"))))
        {
            while (await tar.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry)
            {
                if (entry is { EntryType: TarEntryType.RegularFile, Length: > 0 })
                    taken.Add(entry.Name);
            }
        }

        var ours = ContextDirectory.Open(cld.WorkingDirectory, "Dockerfile").Entries().Where(entry => entry.Entry is FileInfo).Select(entry => entry.Path);
        Assert.Equal(taken.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    private static async Task DockerAsync(params IEnumerable<string> words)
    {
        using var process = Process.Start(new ProcessStartInfo("docker", words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 || words.Contains("--force"), await error);
    }
}
