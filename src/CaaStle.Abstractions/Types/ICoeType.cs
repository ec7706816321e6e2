namespace CaaStle.Abstractions;

/// <param name="Scope">Names for the environment's objects.</param>
/// <param name="IsStopped">Nothing of the environment is to run; what holds data stays.</param>
public sealed record CoeRequest(Scope Scope, Options Options, bool IsStopped = false);

/// <summary>A type of container orchestration engine: what a cluster, and an application on it, consist of.</summary>
public interface ICoeType
{
    TypeDescriptor Descriptor { get; }

    /// <summary>The names in <see cref="TypeDescriptor.Outputs"/> are what the blueprint must output.</summary>
    void Plan(CoeRequest request, Blueprint plan);

    /// <summary>
    /// What the application consists of at one revision. Keys of what belongs to that revision alone begin with
    /// <see cref="ApplicationRequest.RevisionKey"/>, so that the next revision stands beside it; what revisions share (the address, a
    /// volume) has keys and identities of its own and can change in place. Nothing of a revision takes requests before it is healthy.
    /// Must output <c>Url</c> and <c>Image</c>, the exposed container's image by a reference that always means the same.
    /// </summary>
    void PlanApplication(ApplicationRequest request, Blueprint plan);

    /// <summary>
    /// A command that runs once, to its end. The object is ready when the command ended with 0, and failed otherwise. Its key ends with
    /// <c>/job</c>, and what it logs is what the command writes and nothing else.
    /// </summary>
    void PlanJob(JobRequest request, Blueprint plan);
}
