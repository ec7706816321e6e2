namespace CaaStle.Api;

/// <summary>The server refused a request.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Title)
{
    public Problem Problem => problem;
}
