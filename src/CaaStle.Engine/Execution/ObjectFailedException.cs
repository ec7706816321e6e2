using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Execution;

/// <summary>An object cannot become ready.</summary>
internal sealed class ObjectFailedException(Failure failure) : Exception(failure.Message)
{
    public Failure Failure => failure;
}
