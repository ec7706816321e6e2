using CaaStle.Abstractions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Operations;

public interface IObjectReader
{
    /// <summary>
    /// The log lines of a subject's objects, from the handlers that can read logs (<see cref="ILogSource"/>), oldest first. Throws
    /// <see cref="RefusedException"/> when none of its objects writes logs, and <see cref="CloudException"/> when the cloud cannot answer.
    /// </summary>
    IAsyncEnumerable<LogLine> ReadLogsAsync(SubjectRecord subject, LogQuery query, CancellationToken ct);
}
