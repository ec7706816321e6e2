using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Planning;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

public sealed class ContainerUpdateTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void A_container_that_is_built_anew_has_another_image_and_the_former_context_goes() => host.Run(async () =>
    {
        await CreateAsync();
        var first = await ImageAsync();

        Assert.Equal(OperationState.Succeeded, (await UpdateAsync("/contexts/2/web.tar")).State);

        var web = await WebAsync();
        Assert.NotEqual(first, await ImageAsync());
        Assert.Equal((2, SubjectStatus.Available), (web.Desired.Revision, web.Status));
        Assert.Equal(new ContainerDefinition("simulated", "/contexts/2/web.tar", "Dockerfile").ToString(), web.Definition);
        Assert.Equal(["/contexts/1/web.tar"], host.DiscardedArtifacts);
        Assert.Equal(["r1/image", "r2/image"], (await host.Store.ListObjectsAsync(web.Id, default)).Select(item => item.Key));
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void An_update_that_fails_leaves_the_former_image_and_context() => host.Run(async () =>
    {
        await CreateAsync();
        var first = await ImageAsync();
        host.Faults.Refuse(Clouds.Simulated.WorldCallKind.Create, "web-image-2", "RUN make: exit code 2");

        var operation = await UpdateAsync("/contexts/2/web.tar");

        Assert.Equal((OperationState.RolledBack, "RUN make: exit code 2"), (operation.State, operation.Failure!.Message));
        Assert.Equal(["/contexts/2/web.tar"], host.DiscardedArtifacts);
        Assert.Equal((first, 1), (await ImageAsync(), (await WebAsync()).Desired.Revision));
        Assert.Equal(OperationState.Succeeded, (await UpdateAsync("/contexts/3/web.tar")).State);
        Assert.Equal(3, (await WebAsync()).Desired.Revision);
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void What_a_failed_update_has_kept_goes_with_the_next_good_one() => host.Run(async () =>
    {
        await CreateAsync();
        host.Faults.Refuse(Clouds.Simulated.WorldCallKind.Create, "web-image-2", "RUN make: exit code 2");
        Assert.Equal(OperationState.Kept, (await UpdateAsync("/contexts/2/web.tar", keep: true)).State);
        Assert.Equal(SubjectStatus.UpdateFailed, (await WebAsync()).Status);
        Assert.Empty(host.DiscardedArtifacts);

        Assert.Equal(OperationState.Succeeded, (await UpdateAsync("/contexts/3/web.tar")).State);

        Assert.Equal(["/contexts/1/web.tar", "/contexts/2/web.tar"], host.DiscardedArtifacts.Order());
        Assert.Equal(["r1/image", "r3/image"], (await host.Store.ListObjectsAsync((await WebAsync()).Id, default)).Select(item => item.Key));
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Ten_earlier_images_stay_and_those_that_run() => host.Run(async () =>
    {
        await CreateAsync();
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var deployed = await host.Service.DeployApplicationAsync(new("site", "orders", "app: {image: web, container_port: 80}", "", false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(deployed.Id)).State);
        Operation? last = null;
        for (var revision = 2; revision <= 14; revision++)
        {
            last = await UpdateAsync($"/contexts/{revision}/web.tar");
        }

        Assert.Equal(
            ["r1/image", .. Enumerable.Range(4, 11).Select(revision => $"r{revision}/image")],
            (await host.Store.ListObjectsAsync((await WebAsync()).Id, default)).Select(item => item.Key));
        var planned = (await host.JournalAsync(last!.Id)).OfType<OperationPlanned>().Single();
        Assert.Equal(["r3/image"], planned.Steps.Where(step => step.Removes).Select(step => step.Key));
        await Samples.AssertCloudIsWhatTheRecordSays(host);
    });

    [Fact]
    public void Applications_run_the_former_image_until_they_are_redeployed() => host.Run(async () =>
    {
        await CreateAsync();
        await host.CreateEnvironmentAsync(Samples.OneDatabase);
        var deployed = await host.Service.DeployApplicationAsync(new("site", "orders", "app: {image: web, container_port: 80}", "", false, "tester"), default);
        await host.EndOfAsync(deployed.Id);
        Assert.Empty(await OutdatedAsync());

        await UpdateAsync("/contexts/2/web.tar");
        Assert.Equal(["site"], await OutdatedAsync());
        var redeployed = await host.Service.ChangeApplicationAsync(new("site", OperationAction.Redeploy, false, "tester"), default);
        await host.EndOfAsync(redeployed.Id);

        Assert.Empty(await OutdatedAsync());

        async Task<IReadOnlyList<string>> OutdatedAsync() => await Samples.Bindings(host).FindOutdatedAsync(await WebAsync(), default);
    });

    [Fact]
    public void An_update_of_a_container_ends_right_wherever_the_process_crashes()
    {
        for (var step = 0; ; step++)
        {
            var crashing = new SimulatedHost { CrashAt = null };
            var crashed = false;
            crashing.Run(async () =>
            {
                var created = await crashing.Service.CreateContainerAsync(new("web", "simulated", "/contexts/1/web.tar", "Dockerfile", false, "tester"), default);
                await crashing.EndOfAsync(created.Id);
                crashing.CrashAt = crashing.Steps + step;
                var accepted = await crashing.Service.UpdateContainerAsync(new("web", "/contexts/2/web.tar", null, false, "tester"), default);
                Assert.Equal(OperationState.Succeeded, (await crashing.EndOfAsync(accepted.Id)).State);
                crashed = crashing.Crashes > 0;
                Assert.Equal(["/contexts/1/web.tar"], crashing.DiscardedArtifacts.Distinct());
                await Samples.AssertCloudIsWhatTheRecordSays(crashing);
            });
            if (!crashed)
            {
                Assert.True(step > 5);
                return;
            }
        }
    }

    private async Task CreateAsync()
    {
        var created = await host.Service.CreateContainerAsync(new("web", "simulated", "/contexts/1/web.tar", "Dockerfile", false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(created.Id)).State);
    }

    private async Task<Operation> UpdateAsync(string archive, bool keep = false) =>
        await host.EndOfAsync((await host.Service.UpdateContainerAsync(new("web", archive, null, keep, "tester"), default)).Id);

    private async Task<SubjectRecord> WebAsync() => (await host.Store.FindSubjectAsync(SubjectKey.Container("web"), default))!;

    private async Task<string> ImageAsync() => (await WebAsync()).Outputs[""]["Image"].Text;
}
