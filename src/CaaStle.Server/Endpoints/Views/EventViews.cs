using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;
using CaaStle.Api;
using CaaStle.Engine.Journal;

namespace CaaStle.Server.Endpoints.Views;

/// <summary>Journal entries as events. Specifications, states and generated values stay inside.</summary>
internal static class EventViews
{
    private static readonly FrozenDictionary<Type, string> Types = typeof(JournalEntry)
        .GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToFrozenDictionary(type => type.DerivedType, type => (string)type.TypeDiscriminator!);

    public static EventView Of(JournalRecord record)
    {
        var bare = new EventView(record.Position, record.OperationId, record.Sequence, record.At, Types[record.Entry.GetType()]);
        return record.Entry switch
        {
            OperationQueued queued => bare with { By = queued.RequestedBy },
            OperationStarted started => bare with
            {
                Detail = started.Resumed ? "resumed" : null,
                Lines = started.Cause is { } cause ? [cause] : null,
            },
            OperationPlanned planned => bare with { Steps = [.. planned.Steps.Select(Step)] },
            CancelRequested cancel => bare with { By = cancel.By, Detail = cancel.Keep ? "keep" : null },
            OperationFailing failing => bare with { Key = failing.Failure.Key, Failure = OperationViews.Of(failing.Failure) },
            OperationCommitted committed => bare with { Lines = committed.Retiring },
            OperationEnded ended => bare with { Detail = Words.Of(ended.State) },
            LeftoversChecked check => bare with { Lines = check.Left },
            ValueGenerated generated => bare with { Key = generated.Key },
            ObjectIntended intended => bare with { Key = intended.Key, Kind = intended.Kind, Identity = intended.Identity },
            ObjectChanging changing => bare with { Key = changing.Key, Kind = changing.Previous.Kind, Identity = changing.Previous.Identity },
            ObjectReplacing replacing => bare with { Key = replacing.Key, Kind = replacing.Previous.Kind, Identity = replacing.Previous.Identity },
            ObjectRestoring restoring => bare with { Key = restoring.Key, Kind = restoring.Previous.Kind, Identity = restoring.Previous.Identity },
            ObjectProgressed progressed => bare with { Key = progressed.Key, Detail = progressed.Word },
            ObjectLogged logged => bare with { Key = logged.Key, Lines = logged.Lines },
            ObjectReady ready => bare with { Key = ready.Key, Detail = ready.Word },
            ObjectFailed failed => bare with { Key = failed.Key, Detail = failed.Reason, Lines = failed.LastLog },
            ObjectDeleting deleting => bare with { Key = deleting.Key },
            ObjectBlocked blocked => bare with { Key = blocked.Key, Detail = blocked.Reason },
            ObjectDeleted deleted => bare with { Key = deleted.Key },
            ObjectForgotten forgotten => bare with { Key = forgotten.Key },
            LogKept log => bare with { Key = log.Key, Lines = [.. log.Lines.Select(line => line.Text)] },
            ObjectKept kept => bare with { Key = kept.Key, Identity = kept.Identity },
            _ => bare,
        };
    }

    private static PlanStepView Step(PlannedStep step) => new(step.Key, step.Kind, null, step.DependsOn, HoldsData: false) { Removes = step.Removes };
}
