namespace CaaStle.Engine.Tests.Mutations;

/// <summary>The simulation's checks can fail: each of these mistakes in the engine is found by some seed.</summary>
public sealed class MutationTests
{
    private const int Seeds = 2000;

    public static TheoryData<string, string, string, string> Mistakes => new()
    {
        {
            "what is to be created is written down only when it is there", "Execution/Convergence.cs",
            "await AppendAsync(new ObjectIntended(",
            "await driver.MakeReadyAsync(abandoned, stop); await AppendAsync(new ObjectIntended("
        },
        {
            "what is to be changed is not written down", "Execution/Convergence.cs",
            "await AppendAsync(new ObjectChanging(record.Key, services.Serializer.Serialize(spec), dependencies, spec.HoldsData, record));",
            ""
        },
        {
            "what is to be deleted is not written down", "Execution/Deletion.cs",
            "await AppendAsync(new ObjectDeleting(item.Key));", ""
        },
        {
            "an object is created without a look whether it is there", "Execution/ObjectDriver.cs",
            "var seen = await ReadAsync(wait, abandoned, either.Token);\n                wait",
            "if (started == clock.GetUtcNow()) await CreateAsync(abandoned, either.Token, stop); var seen = await ReadAsync(wait, abandoned, either.Token);\n                wait"
        },
        {
            "an error of a read is taken for absence", "Execution/ObjectDriver.cs",
            "var fault = PassingFault(exception);",
            "var fault = PassingFault(exception); if (fault.Fault == CloudFault.Unreachable) await CreateAsync(abandoned, either.Token, stop);"
        },
        {
            "a create call whose answer was lost is believed not to have happened", "Execution/ObjectDriver.cs",
            "case Condition.Absent when IsUnsettled():", "case Condition.Absent when false:"
        },
        {
            "what was asked for before is gone where a read does not show it", "Execution/ObjectDriver.cs",
            "record.Status != ObjectStatus.Ready", "false"
        },
        {
            "what is accepted as missing may still appear", "Execution/DriftAcceptance.cs",
            "deletion.DriverAsync(item)", "deletion.DriverAsync(item with { Status = ObjectStatus.Ready })"
        },
        {
            "undoing gives up when the cloud refuses", "Execution/ObjectDriver.cs",
            "await BlockedAsync(fault?.Message ?? Defect(exception));\n                wait = pace.AfterFailure(failuresInRow++, fault);",
            "return;"
        },
        {
            "a deletion is believed as soon as it was accepted", "Execution/ObjectDriver.cs",
            "accepted = true;", "return;"
        },
        {
            "what is in progress is taken for ready", "Execution/ObjectDriver.cs",
            "case Condition.Ready:\n                        return (seen.State!, seen.Word);",
            "case Condition.Ready:\n                    case Condition.InProgress when seen.Word == \"creating\":\n                        return (seen.State ?? System.Activator.CreateInstance(handler.StateType, spec.Identity)!, seen.Word);"
        },
        {
            "what others have changed is taken for what is wanted", "Execution/ObjectDriver.cs",
            "case Condition.Absent:\n                    case Condition.InProgress when seen.NeedsCreate:",
            "case Condition.InProgress when seen.NeedsCreate && BeforeChange is not null:\n                        return (System.Activator.CreateInstance(handler.StateType, spec.Identity)!, seen.Word);\n                    case Condition.Absent:\n                    case Condition.InProgress when seen.NeedsCreate:"
        },
        {
            "dependencies are not waited for", "Execution/Convergence.cs",
            "node => node.Dependencies.Select(dependency => dependency.Key), MakeAsync",
            "node => node.Dependencies.Skip(1).Select(dependency => dependency.Key), MakeAsync"
        },
        {
            "objects are deleted before those that need them", "Execution/Deletion.cs",
            "item => dependents[item.Key],", "item => item.DependsOn,"
        },
        {
            "undoing deletes before it has changed back", "Execution/Rollback.cs",
            "item => dependents[item.Key],", "_ => [],"
        },
        {
            "what was changed is not changed back", "Execution/Rollback.cs",
            "ObjectChanging changing => changing.Previous,", "ObjectChanging => null,"
        },
        {
            "what was replaced is not made again", "Execution/Rollback.cs",
            "ObjectReplacing replacing => replacing.Previous,", "ObjectReplacing => null,"
        },
        {
            "an object is replaced under those that need it", "Execution/Convergence.cs",
            "recorded.Where(other => other.DependsOn.Contains(item.Key))", "recorded.Where(other => false)"
        },
        {
            "what the new revision does not contain is left", "Execution/OperationRun.cs",
            "await RetireAsync(committed.Retiring, stop);", ""
        },
        {
            "a password is drawn again after a restart", "Execution/Convergence.cs",
            "if (drawn.TryGetValue(node.Key, out var value))", "if (drawn.TryGetValue(\"\", out var value))"
        },
        {
            "an object of others is taken for ours", "Execution/ObjectDriver.cs",
            "seen.Condition is Condition.Absent or Condition.Foreign", "seen.Condition is Condition.Absent"
        },
        {
            "a cancelled operation does not undo", "Journal/Projection.cs",
            "!operation.Request.KeepOnFailure || failure.Code == Failure.Cancelled", "!operation.Request.KeepOnFailure && failure.Code != Failure.Cancelled"
        },
        {
            "what gives no answer is shown as missing", "Operations/DriftReader.cs",
            "return new(item, Drift.Unknown, CloudFaults", "return new(item, Drift.Missing, CloudFaults"
        },
        {
            "what applications stand on is replaced under them", "Operations/OperationService.Environments.cs",
            "await RefuseMovingApplicationsAsync(subject, changes, cancellationToken);", ""
        },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_the_engine_is_found(string what, string file, string original, string mistake) =>
        Assert.True(MutatedEngine.FindViolation(file, original, mistake, Seeds) is not null, $"{Seeds} seeds do not find that {what}.");

    [Fact]
    public void Without_a_mistake_nothing_is_found() =>
        Assert.Null(MutatedEngine.FindViolation("Execution/Pace.cs", "TimeSpan.FromSeconds(15)", "TimeSpan.FromSeconds(16)", 100));
}
