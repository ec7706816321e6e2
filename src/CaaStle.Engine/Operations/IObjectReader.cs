using CaaStle.Abstractions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Operations;

public interface IObjectReader
{
    /// <summary>
    /// The log lines of a subject's objects, from the handlers that can read logs (<see cref="ILogSource"/>), oldest first; those that are
    /// followed as they come. Throws <see cref="RefusedException"/> when the subject is not there or none of its objects writes logs, and
    /// <see cref="CloudException"/> when the cloud cannot answer.
    /// </summary>
    IAsyncEnumerable<LogLine> ReadLogsAsync(SubjectKey subject, LogQuery query, CancellationToken cancellationToken);
}
