using System.Runtime.CompilerServices;
using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Operations;

/// <inheritdoc/>
public sealed class ObjectReader(EngineServices services) : IObjectReader
{
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        SubjectRecord subject, LogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var objects = await services.Store.ListObjectsAsync(subject.Id, cancellationToken);
        var sources = objects
            .Select(item => (Handler: services.Handlers.OfKind(item.Kind), Record: item))
            .Where(source => source.Handler is ILogSource)
            .ToList();
        if (sources.Count == 0)
        {
            throw new RefusedException(RefusedException.NotAvailable, $"Nothing of {subject.Key} writes logs.", [SubjectNames.NextToShow(subject.Key)]);
        }

        foreach (var (handler, record) in sources)
        {
            var spec = (ICloudObjectSpec)services.Serializer.Deserialize(record.Spec, handler.SpecType);
            await foreach (var line in ((ILogSource)handler).ReadLogsAsync(spec, query, cancellationToken))
            {
                yield return line;
            }
        }
    }
}
