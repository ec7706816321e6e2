using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Operations;

/// <summary>The log of one object of a subject.</summary>
internal sealed partial record SubjectLog(string Key, ILogSource Source, ICloudObjectSpec Spec)
{
    /// <returns>Null when objects of that kind write no logs.</returns>
    public static SubjectLog? Of(ObjectRecord item, EngineServices services) =>
        services.Handlers.OfKind(item.Kind) is var handler && handler is ILogSource source
            ? new(item.Key, source, (ICloudObjectSpec)services.Serializer.Deserialize(item.Spec, handler.SpecType))
            : null;

    /// <summary>
    /// Whether what the object writes is the subject's own. What an application's revisions share, such as a proxy before the replicas, writes
    /// what nobody asks an application for.
    /// </summary>
    public static bool IsOwn(SubjectKey subject, string key) => subject.Kind != SubjectKind.Application || RevisionKey().IsMatch(key);

    /// <summary>Whether the object is part of the replica. Where replicas are no objects of their own, their source tells them apart.</summary>
    public static bool IsOfReplica(string key, int? replica) =>
        replica is null || !key.Contains("/replica-", StringComparison.Ordinal) || key.Split('/').Contains($"replica-{replica}");

    /// <summary>What users see: <c>r2/replica-1</c>, and the container's name where there are several.</summary>
    public static string NameOf(string key) =>
        key.EndsWith($"/{ApplicationContainer.OnlyName}", StringComparison.Ordinal) ? key[..^(ApplicationContainer.OnlyName.Length + 1)] : key;

    public async IAsyncEnumerable<LogLine> ReadAsync(LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in Source.ReadLogsAsync(Spec, query, cancellationToken))
        {
            yield return line with { Source = NameOf(Key) };
        }
    }

    /// <summary>See <see cref="ApplicationRequest.RevisionKey"/>.</summary>
    [GeneratedRegex("^r[0-9]+/")]
    private static partial Regex RevisionKey();
}
