using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests.Crashes;

/// <summary>A creation that cannot succeed, and the server is killed meanwhile.</summary>
public sealed class RollbackCrashTests
{
    [Fact]
    public Task A_failing_creation_leaves_nothing_wherever_the_server_is_killed_after_an_append() =>
        CrashPoints.EverywhereAsync(before: false, atLeast: 20, RunAsync);

    [Fact]
    public Task A_failing_creation_leaves_nothing_wherever_the_server_is_killed_before_an_append() =>
        CrashPoints.EverywhereAsync(before: true, atLeast: 20, RunAsync);

    private static async Task<bool> RunAsync(int at)
    {
        await using var installation = new Installation();
        var file = installation.Write("environment.yaml", Samples.RedisAndAbsentImage);
        var crashed = await installation.CrashDuringAsync(
            at, 7, "env", "create", installation.Environment, file);
        await installation.AssertNothingIsLeftAsync();
        await installation.ExpectAsync(4, "env", "show", installation.Environment);
        return crashed;
    }
}
