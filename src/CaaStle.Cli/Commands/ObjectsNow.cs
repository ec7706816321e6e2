using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands;

/// <summary>What is said below a subject that is not as it is recorded.</summary>
internal static class ObjectsNow
{
    /// <param name="next">What to type then.</param>
    public static void Note(IReadOnlyList<ObjectView> objects, Invocation invocation, params IEnumerable<string> next)
    {
        var recorded = objects.Where(each => each is { Status: ObjectDriftView.Ready, Now: not null }).ToList();
        var unknown = recorded.Count(each => each.Now!.State == ObjectDriftView.Unknown);
        var different = recorded.Count(each => each.Now!.State is not (ObjectDriftView.Ready or ObjectDriftView.Unknown));
        if (different > 0)
            invocation.Note($"{different} of {objects.Count} objects {(different == 1 ? "is" : "are")} not as recorded.");
        if (unknown > 0)
        {
            var reason = DetailText.CommonReason(objects) is { } common ? $": {Untrusted.Clean(common)}" : ".";
            invocation.Note($"{unknown} of {objects.Count} objects cannot be told about now{reason}");
        }

        if (different + unknown > 0)
            invocation.Suggest(next);
    }
}
