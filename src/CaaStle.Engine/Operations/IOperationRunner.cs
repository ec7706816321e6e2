namespace CaaStle.Engine.Operations;

public interface IOperationRunner
{
    /// <summary>Resumes unfinished operations and runs new ones until <paramref name="stop"/>; what is under way then is left unfinished.</summary>
    Task RunAllAsync(CancellationToken stop);
}
