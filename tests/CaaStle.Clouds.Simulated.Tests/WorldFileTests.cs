using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated.Tests;

public sealed class WorldFileTests : IDisposable
{
    private static readonly Dictionary<string, string> Labels = new() { [Marks.SubjectIdLabel] = "k3f9a2" };

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string File => Path.Combine(folder, "world.jsonl");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_world_outlives_who_uses_it()
    {
        var before = Open();
        await MakeAsync(before, "network");
        await MakeAsync(before, "database", "network");
        await before.ChangeAsync("database", "size 2", TimeSpan.Zero, ["network"], default);

        var after = Open();

        Assert.Equal(["database", "network"], after.Objects.Select(item => item.Name));
        var found = await after.DescribeAsync("database", default);
        Assert.Equal(("size 2", "network", "k3f9a2"), (found!.Content, Assert.Single(found.Needs), found.Labels[Marks.SubjectIdLabel]));
        await Assert.ThrowsAsync<CloudException>(() => after.DeleteAsync("network", default));
    }

    [Fact]
    public async Task Two_who_use_it_at_once_see_what_the_other_does()
    {
        var (one, other) = (Open(), Open());
        await Task.WhenAll(Enumerable.Range(0, 100).Select(number => MakeAsync(number % 2 == 0 ? one : other, $"object-{number}")));

        var taken = await Assert.ThrowsAsync<CloudException>(() => MakeAsync(one, "object-1"));

        Assert.Equal("AlreadyExists", taken.Code);
        Assert.Equal(100, one.Objects.Count);
        Assert.Equal(100, other.Objects.Count);
        Assert.Equal(100, Open().Objects.Count);
    }

    [Fact]
    public async Task What_was_half_written_was_not_written()
    {
        await MakeAsync(Open(), "network");
        await System.IO.File.AppendAllTextAsync(File, """{"Name":"half""");

        var world = Open();
        Assert.Equal("network", Assert.Single(world.Objects).Name);
        await MakeAsync(world, "database");

        Assert.Equal(["database", "network"], Open().Objects.Select(item => item.Name));
    }

    [Fact]
    public async Task A_file_that_has_grown_is_begun_anew_when_nothing_is_left_in_the_world()
    {
        var (one, other) = (Open(), Open());
        for (var number = 0; number < 300; number++)
        {
            await MakeAsync(one, $"object-{number}");
            await one.DeleteAsync($"object-{number}", default);
        }

        Assert.Empty(other.Objects);
        await MakeAsync(one, "last");

        Assert.InRange(new FileInfo(File).Length, 1, 64 * 1024);
        Assert.Equal("last", Assert.Single(other.Objects).Name);
        Assert.Equal("last", Assert.Single(Open().Objects).Name);
    }

    private SimulatedWorld Open() => new(TimeProvider.System, new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), null, File);

    private static Task MakeAsync(SimulatedWorld world, string name, params string[] needs) =>
        world.CreateAsync(name, Labels, TimeSpan.Zero, null, "", needs, default);
}
