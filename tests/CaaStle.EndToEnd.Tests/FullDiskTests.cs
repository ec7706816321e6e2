using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

public sealed class FullDiskTests
{
    [Fact]
    public async Task What_is_under_way_when_the_disk_is_full_waits_and_goes_on_and_nothing_is_begun()
    {
        await using var installation = new Installation();
        await using var disk = await SmallDisk.MountAsync(installation);
        var file = installation.Write("environment.yaml", Samples.MySql);
        using var creation = installation.Start("env", "create", installation.Environment, file, "--progress", "plain");
        await creation.UntilWrittenAsync("mysql/container (docker/container)");
        disk.Fill();

        var refused = await installation.ExpectAsync(1, "env", "create", "another", file);
        Assert.Contains("disk is full", refused.Error);
        Assert.Equal("creating", (await installation.ShowEnvironmentAsync()).Status);
        await installation.ExpectAsync(4, "env", "show", "another");
        Assert.False(creation.HasExited, "It cannot have ended, because that cannot be written down.");

        disk.Free();
        var ended = await creation.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        var environment = await installation.ShowEnvironmentAsync();
        Assert.Equal("available", environment.Status);
        await installation.AssertDockerHasAsync(networks: 1, volumes: 1, containers: 1, environment.Objects);
        await installation.DoAsync("env", "delete", installation.Environment, "--yes");
        await installation.AssertNothingIsLeftAsync();
    }
}
