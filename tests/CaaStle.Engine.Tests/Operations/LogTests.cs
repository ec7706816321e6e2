using CaaStle.Abstractions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Tests.Execution;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Operations;

public sealed class LogTests
{
    private readonly SimulatedHost host = new();

    [Fact]
    public void What_is_kept_of_before_is_what_revisions_wrote_and_not_what_they_share() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var change = await host.Service.ChangeApplicationAsync(new("shop", OperationAction.Restart, false, "tester"), default);
        await host.Store.AppendAsync(
            change.Id,
            [
                new LogKept("route", [new(null, "", "a proxy's words")]),
                new LogKept("r1/replica-1/app", [new(null, "", "last words")]),
                new LogKept("r1/replica-2/side", [new(null, "", "words aside")]),
            ],
            default);
        await host.EndOfAsync(change.Id);

        Assert.Equal(["r1/replica-1: last words", "r1/replica-2/side: words aside"], await LinesAsync(new(Previous: true)));
        Assert.Equal(["r1/replica-2/side: words aside"], await LinesAsync(new(Previous: true, Replica: 2)));
    });

    [Fact]
    public void They_are_there_when_the_application_is_stopped_or_gone() => host.Run(async () =>
    {
        await Samples.DeployAsync(host);
        var stop = await host.Service.ChangeApplicationAsync(new("shop", OperationAction.Stop, false, "tester"), default);
        await host.Store.AppendAsync(stop.Id, [new LogKept("r1/replica-1/app", [new(null, "", "last words")])], default);
        await host.EndOfAsync(stop.Id);
        Assert.Equal(["r1/replica-1: last words"], await LinesAsync(new(Previous: true)));

        var deletion = await host.Service.DeleteAsync(new(SubjectKey.Application("shop"), Force: false, KeepData: false, "tester"), default);
        await host.EndOfAsync(deletion.Id);
        Assert.Equal(["r1/replica-1: last words"], await LinesAsync(new(Previous: true)));
    });

    private async Task<List<string>> LinesAsync(LogQuery query)
    {
        var lines = new List<string>();
        await foreach (var line in new ObjectReader(host.Services).ReadLogsAsync(SubjectKey.Application("shop"), query, default))
        {
            lines.Add($"{line.Source}: {line.Text}");
        }

        return lines;
    }
}
