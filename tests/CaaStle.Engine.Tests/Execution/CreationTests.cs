using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

public sealed class CreationTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void Everything_in_the_blueprint_is_made_and_its_outputs_are_kept() => host.Run(async () =>
    {
        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        Assert.Equal(OperationState.Succeeded, operation.State);
        var environment = await host.Store.FindSubjectAsync(Samples.Environment, default);
        Assert.Equal(SubjectStatus.Available, environment!.Status);
        Assert.Equal(["", "database.orders", "database.users"], environment.Outputs.Keys.Order());
        Assert.True(environment.Outputs["database.orders"]["Password"].Secret);
        Assert.Equal(5, host.World.Objects.Count);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Objects_start_the_moment_that_their_dependencies_are_ready() => host.Run(async () =>
    {
        var begun = host.Time.GetUtcNow();

        await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        // The network's minute and the slower database's ten are the critical path; what is noticed late may cost a few hundredths.
        var criticalPath = TimeSpan.FromSeconds(660);
        Assert.InRange(host.Time.GetUtcNow() - begun, criticalPath, criticalPath * 1.05);
    });

    [Fact]
    public void The_intent_is_in_the_journal_before_the_first_call_that_could_create() => host.Run(async () =>
    {
        host.CrashAt = 5;
        for (var step = 0; step < 40; step++)
        {
            var probe = new SimulatedHost { CrashAt = step };
            probe.Run(async () =>
            {
                await probe.Service.CreateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", false, "tester"), default);
                await Task.Delay(TimeSpan.FromMinutes(30), probe.Time);
                var environment = await probe.Store.FindSubjectAsync(Samples.Environment, default);
                var recorded = (await probe.Store.ListObjectsAsync(environment!.Id, default)).Select(item => item.Identity);
                Assert.Subset(recorded.ToHashSet(), probe.World.Objects.Select(item => item.Name).ToHashSet());
            });
        }

        await Task.CompletedTask;
    });

    [Fact]
    public void An_answer_that_was_lost_is_looked_for_and_nothing_is_made_twice() => host.Run(async () =>
    {
        host.Faults.LoseAnswer(WorldCallKind.Create, "orders-orders-storage");

        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Single(host.Faults.Calls, call => call.Kind == WorldCallKind.Create && call.Name.StartsWith("orders-orders-storage", StringComparison.Ordinal));
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Operations_of_the_same_millisecond_have_names_of_their_own() => host.Run(async () =>
    {
        var names = new HashSet<string>();
        for (var number = 0; number < 3000; number++)
        {
            var accepted = await host.Service.CreateEnvironmentAsync(new($"env-{number}", Samples.OneDatabase, "", KeepOnFailure: false, "tester"), default);
            Assert.True(names.Add(accepted.Id));
        }

        Assert.Equal(VirtualTime.Begin, host.Time.GetUtcNow());
    });

    [Fact]
    public void Reads_that_lag_behind_do_not_make_an_object_twice()
    {
        var lagging = new SimulatedHost(new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(30), Visibility: TimeSpan.FromSeconds(15)));
        lagging.Run(async () =>
        {
            lagging.Faults.LoseAnswer(WorldCallKind.Create, "network");

            var operation = await lagging.CreateEnvironmentAsync(Samples.TwoDatabases);

            Assert.Equal(OperationState.Succeeded, operation.State);
            Assert.Equal(5, lagging.Faults.Calls.Count(call => call.Kind == WorldCallKind.Create));
        });
    }

    [Fact]
    public void Being_unreachable_is_never_taken_for_absent() => host.Run(async () =>
    {
        host.Faults.LoseAnswer(WorldCallKind.Create, "network");
        host.Faults.Unreachable(WorldCallKind.Describe, "network", times: 20);

        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Single(host.Faults.Calls, call => call.Kind == WorldCallKind.Create && call.Name.Contains("network", StringComparison.Ordinal));
    });

    [Fact]
    public void Waiting_lasts_as_long_as_the_cloud_says_in_progress() => host.Run(async () =>
    {
        var patient = Samples.TwoDatabases.Replace("600", (TimeSpan.FromDays(30).TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

        var operation = await host.CreateEnvironmentAsync(patient);

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.True(host.Time.GetUtcNow() - operation.RequestedAt > TimeSpan.FromDays(30));
    });

    [Fact]
    public void The_cloud_is_left_alone_for_as_long_as_it_asks() => host.Run(async () =>
    {
        host.Faults.Throttle(WorldCallKind.Create, "network", TimeSpan.FromMinutes(7));

        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.True(operation.EndedAt - operation.RequestedAt > TimeSpan.FromMinutes(18));
    });

    [Fact]
    public void Secrets_are_nowhere_in_the_journal_in_the_clear() => host.Run(async () =>
    {
        var operation = await host.CreateEnvironmentAsync(Samples.TwoDatabases);

        var journal = await host.JournalAsync(operation.Id);
        var secrets = journal.OfType<ValueGenerated>().Select(entry => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(entry.ProtectedValue))).ToList();
        Assert.Equal(2, secrets.Count);
        Assert.All(secrets, secret => Assert.Equal(24, secret.Length));
        var text = System.Text.Json.JsonSerializer.Serialize(journal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    });

    [Fact]
    public void A_store_that_fails_for_a_while_delays_the_operation_and_no_more() => host.Run(async () =>
    {
        var accepted = await host.Service.CreateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", false, "tester"), default);
        await Task.Delay(TimeSpan.FromSeconds(30), host.Time);
        host.FailingAppends = 7;

        var operation = await host.EndOfAsync(accepted.Id);

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal(
            [new(Resumed: false), new(Resumed: true, "no space left on device")], (await host.JournalAsync(accepted.Id)).OfType<OperationStarted>());
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void A_store_that_fails_while_an_object_is_on_its_way_is_not_the_objects_fault() => host.Run(async () =>
    {
        var accepted = await host.Service.CreateEnvironmentAsync(new("orders", Samples.TwoDatabases, "", false, "tester"), default);
        await Task.Delay(TimeSpan.FromSeconds(30), host.Time);
        host.FailingAppends = 1;
        host.Faults.Unreachable(WorldCallKind.Describe, "network");

        var operation = await host.EndOfAsync(accepted.Id);

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.NotEmpty(host.BrokenRuns);
    });

    [Fact]
    public void What_a_service_is_to_be_built_as_is_never_looked_for_elsewhere() => host.Run(async () =>
    {
        const string compose = """
            services:
              web: {build: {context: web, dockerfile: Dockerfile.web}, ports: [80]}
              worker: {build: worker}
            """;
        await host.CreateEnvironmentAsync(Samples.TwoDatabases);
        var built = await host.Service.CreateContainerAsync(
            new("shop-worker", "simulated", "/contexts/worker.tar", "Dockerfile", false, "tester"), default);
        await host.EndOfAsync(built.Id);

        var refusal = await Assert.ThrowsAsync<RefusedException>(
            () => host.Service.DeployApplicationAsync(new("shop", "orders", compose, "compose.yaml", false, "tester"), default));

        Assert.Equal((RefusedException.NotFound, "What is to be built before is not there: shop-web."), (refusal.Code, refusal.Message));
        Assert.Equal(["cld container create shop-web simulated --context web --file Dockerfile.web"], refusal.Next);
    });
}
