namespace CaaStle.Server.Problems;

/// <summary>A request that is refused with a problem.</summary>
/// <param name="code">One of <see cref="Api.ProblemCodes"/>.</param>
/// <param name="title">What is wrong, in one sentence.</param>
/// <param name="detail">The cause.</param>
/// <param name="next">Commands to type next.</param>
internal sealed class RefusedRequestException(int status, string code, string title, string? detail = null, params IReadOnlyList<string> next)
    : Exception(title)
{
    public int Status => status;

    public string Code => code;

    public string? Detail => detail;

    public IReadOnlyList<string> Next => next;
}
