using System.Net;
using System.Net.Sockets;
using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

/// <summary>What cannot work is refused before anything changes.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private readonly Installation installation = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => installation.DisposeAsync();

    [Fact]
    public async Task A_wrong_key_is_told_with_its_place_and_the_right_word()
    {
        var file = installation.Write("environment.yaml", Samples.Redis.Replace("type: redis", "tpye: redis"));
        var refused = await installation.ExpectAsync(2, "env", "create", installation.Environment, file);
        Assert.Contains("environment.yaml:8:11:", refused.Error);
        Assert.Contains("Did you mean 'type'?", refused.Error);
        Assert.Equal("[]", (await installation.DoAsync("op", "list", "-o", "json")).Output.Trim());
        await installation.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_binding_to_nothing_is_told_with_those_that_exist()
    {
        await installation.DoAsync("env", "create", installation.Environment, installation.Write("environment.yaml", Samples.Redis));
        var file = installation.Write("shop.yaml", Samples.AsksRedis.Replace("REDIS_Password", "REDIS_Pasword"));
        var refused = await installation.ExpectAsync(2, "app", "deploy", installation.Application, installation.Environment, file);
        Assert.Contains("shop.yaml:7:", refused.Error);
        Assert.Contains("Password", refused.Error);
        Assert.Empty(await installation.ListOperationsAsync($"application/{installation.Application}"));
    }

    [Fact]
    public async Task A_taken_port_is_told_with_who_has_it()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        await installation.DoAsync("env", "create", installation.Environment, installation.Write("environment.yaml", Samples.NoResources));
        var file = installation.Write("shop.yaml", Samples.Shell("exec sleep 600", $"host_port: {port}"));
        var refused = await installation.ExpectAsync(5, "app", "deploy", installation.Application, installation.Environment, file);
        Assert.Contains($"Port {port} of this machine is taken by another program.", refused.Error);
        Assert.Empty(await installation.ListOperationsAsync($"application/{installation.Application}"));
    }

    [Fact]
    public async Task A_taken_name_leaves_what_has_it_alone()
    {
        var file = installation.Write("environment.yaml", Samples.NoResources);
        await installation.DoAsync("env", "create", installation.Environment, file);
        var before = await installation.FindInDockerAsync();
        var refused = await installation.ExpectAsync(5, "env", "create", installation.Environment, file);
        Assert.Contains(installation.Environment, refused.Error);
        Assert.Equal(before, await installation.FindInDockerAsync());
        Assert.Single(await installation.ListOperationsAsync($"environment/{installation.Environment}"));
    }

    [Fact]
    public async Task A_second_operation_on_the_same_environment_is_told_of_the_first_or_waits_for_it()
    {
        var file = installation.Write("environment.yaml", Samples.MySql);
        var first = (await installation.DoAsync("env", "create", installation.Environment, file, "--detach")).Output.Trim();
        var refused = await installation.ExpectAsync(5, "env", "delete", installation.Environment, "--yes");
        Assert.Contains(first, refused.Error);
        await installation.DoAsync("env", "delete", installation.Environment, "--yes", "--wait-lock");
        await installation.ExpectAsync(0, "op", "watch", first);
        await installation.AssertNothingIsLeftAsync();
    }
}
