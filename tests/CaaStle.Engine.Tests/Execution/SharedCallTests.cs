using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

/// <summary>What operations share when they call one cloud.</summary>
public sealed class SharedCallTests
{
    private readonly List<(DateTimeOffset At, WorldCall Call)> calls = [];

    [Fact]
    public void Many_objects_are_read_in_one_call()
    {
        var (alone, timeAlone) = Create(environments: 40, readsAtOnce: 1);
        var (together, timeTogether) = Create(environments: 40, readsAtOnce: 100);

        Assert.InRange(together, 1, alone / 15);
        Assert.InRange(timeTogether, TimeSpan.Zero, timeAlone * 1.02);
    }

    [Fact]
    public void Reading_does_not_grow_with_the_environments()
    {
        var (few, _) = Create(environments: 5, readsAtOnce: 100);
        var (many, _) = Create(environments: 50, readsAtOnce: 100);

        Assert.InRange(many, few / 2, few * 3);
    }

    [Fact]
    public void An_object_that_cannot_be_asked_about_is_not_in_the_way_of_others()
    {
        var host = Host(100);
        host.BeforeCall = call => call.Kind == WorldCallKind.DescribeMany && call.Names.Any(name => name.StartsWith("env-3", StringComparison.Ordinal))
            ? new CloudException(CloudFault.Refused, "one of the names is not valid")
            : null;

        host.Run(async () => Assert.All(await CreateAsync(host, 10), operation => Assert.Equal(OperationState.Succeeded, operation.State)));
    }

    [Fact]
    public void A_throttled_call_slows_all_who_call_the_same_account()
    {
        var host = Host(1);
        DateTimeOffset? throttled = null;
        host.BeforeCall = call =>
        {
            if (throttled is not null || call.Kind != WorldCallKind.Create || !call.Name.StartsWith("env-3", StringComparison.Ordinal))
            {
                return null;
            }

            throttled = host.Time.GetUtcNow();
            return new CloudException(CloudFault.Throttled, "slow down") { RetryAfter = TimeSpan.FromMinutes(7) };
        };
        host.Run(() => CreateAsync(host, 10));

        // Those that were on their way arrive.
        Assert.DoesNotContain(calls, each => each.At > throttled + TimeSpan.FromSeconds(1) && each.At < throttled + TimeSpan.FromMinutes(7));
    }

    [Fact]
    public void What_waits_for_its_turn_to_be_made_is_not_made_after_a_cancellation()
    {
        var host = Host(1);
        Limit(host, TimeSpan.FromSeconds(10));
        host.Run(async () =>
        {
            var creation = await host.Service.CreateEnvironmentAsync(new("large", Yaml(databases: 30), "", false, "tester"), default);
            await Task.Delay(TimeSpan.FromMinutes(8), host.Time);
            Assert.Contains(calls, each => each.Call.Kind == WorldCallKind.Create);
            var cancelled = host.Time.GetUtcNow();
            await host.Service.CancelAsync(creation.Id, keep: false, "tester", default);

            Assert.Equal(OperationState.RolledBack, (await host.EndOfAsync(creation.Id)).State);
            // What was on its way arrives.
            Assert.DoesNotContain(calls, each => each.Call.Kind == WorldCallKind.Create && each.At > cancelled + TimeSpan.FromSeconds(1));
        });
    }

    [Fact]
    public void A_cloud_that_takes_few_calls_is_asked_no_more_than_it_takes()
    {
        var host = Host(1);
        var throttled = Limit(host, TimeSpan.FromMilliseconds(200));

        host.Run(async () => Assert.All(await CreateAsync(host, 30), operation => Assert.Equal(OperationState.Succeeded, operation.State)));

        Assert.InRange(throttled(), 1, calls.Count / 5);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(50)]
    public void However_few_calls_a_cloud_takes_reads_do_not_take_them_all(int seconds)
    {
        var host = Host(1);
        Limit(host, TimeSpan.FromSeconds(seconds));
        host.Run(async () =>
        {
            Assert.Equal(OperationState.Succeeded, (await host.CreateEnvironmentAsync(Yaml(databases: 1))).State);
            Assert.Equal(OperationState.Succeeded, (await host.DeleteAsync(SubjectKey.Environment("orders"))).State);
        });
    }

    [Fact]
    public void An_environment_does_not_wait_for_all_calls_of_a_larger_one()
    {
        var host = Host(1);
        Limit(host, TimeSpan.FromSeconds(1));
        host.Run(async () =>
        {
            var large = await host.Service.CreateEnvironmentAsync(new("large", Yaml(databases: 60), "", false, "tester"), default);
            var small = await host.Service.CreateEnvironmentAsync(new("small", Yaml(databases: 1), "", false, "tester"), default);
            var (largeEnd, smallEnd) = (await host.EndOfAsync(large.Id), await host.EndOfAsync(small.Id));

            Assert.InRange(smallEnd.EndedAt!.Value - small.RequestedAt, TimeSpan.Zero, (largeEnd.EndedAt!.Value - large.RequestedAt) / 3);
        });
    }

    [Theory]
    [InlineData(1, -3)]
    [InlineData(1, 3)]
    [InlineData(100, -3)]
    [InlineData(100, 3)]
    public void Nothing_takes_longer_when_the_clock_is_put_forward_or_back(int readsAtOnce, int days)
    {
        var (_, usual) = Create(environments: 5, readsAtOnce);
        var host = Host(readsAtOnce);
        var count = 0;
        host.BeforeCall = _ =>
        {
            if (++count % 7 == 0)
            {
                host.Clock.Ahead += TimeSpan.FromDays(days);
            }

            return count == 20 ? new CloudException(CloudFault.Throttled, "slow down") { RetryAfter = TimeSpan.FromSeconds(1) } : null;
        };

        host.Run(async () => Assert.All(await CreateAsync(host, 5), operation => Assert.Equal(OperationState.Succeeded, operation.State)));

        // The pause changes when what is ready is noticed.
        Assert.InRange(host.Time.GetUtcNow() - VirtualTime.Begin, usual - TimeSpan.FromSeconds(5), usual + TimeSpan.FromMinutes(1));
    }

    private (int Reads, TimeSpan Time) Create(int environments, int readsAtOnce)
    {
        calls.Clear();
        var host = Host(readsAtOnce);
        host.Run(() => CreateAsync(host, environments));
        return (calls.Count(each => !each.Call.IsChange), host.Time.GetUtcNow() - VirtualTime.Begin);
    }

    private SimulatedHost Host(int readsAtOnce)
    {
        var host = new SimulatedHost(cloudOf: (world, _) => new SimulatedCloud(world, readsAtOnce)) { Time = { MostEvents = 1_000_000 } };
        host.AfterCall = call =>
        {
            calls.Add((host.Time.GetUtcNow(), call));
            return null;
        };
        return host;
    }

    /// <summary>The cloud takes one call in this time, and a few at once after it had rest.</summary>
    /// <returns>How many it did not take so far.</returns>
    private static Func<int> Limit(SimulatedHost host, TimeSpan interval)
    {
        const double Burst = 5;
        var (throttled, tokens, last) = (0, Burst, VirtualTime.Begin);
        host.BeforeCall = _ =>
        {
            var now = host.Time.GetUtcNow();
            tokens = Math.Min(Burst, tokens + ((now - last) / interval));
            last = now;
            if (tokens < 1)
            {
                throttled++;
                return new CloudException(CloudFault.Throttled, "slow down");
            }

            tokens--;
            return null;
        };
        return () => throttled;
    }

    private static async Task<IReadOnlyList<Operation>> CreateAsync(SimulatedHost host, int environments)
    {
        var begun = new List<Operation>();
        for (var number = 0; number < environments; number++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(37), host.Time);
            begun.Add(await host.Service.CreateEnvironmentAsync(new($"env-{number}", Samples.TwoDatabases, "", false, "tester"), default));
        }

        var ended = new List<Operation>();
        foreach (var operation in begun)
        {
            ended.Add(await host.EndOfAsync(operation.Id));
        }

        return ended;
    }

    private static string Yaml(int databases) => $$"""
        environment:
          app_deployment: {target: simulated}
          resources:
            simulated:
        {{string.Join('\n', Enumerable.Range(1, databases).Select(number => $"      - {{type: database, name: d{number}}}"))}}
        """;
}
