namespace CaaStle.Abstractions;

/// <summary>What a failed call to a cloud means for the caller.</summary>
public enum CloudFault
{
    /// <summary>The cloud understood and refused; asking again would give the same answer.</summary>
    Refused,

    /// <summary>The cloud answered that it cannot now (busy, a dependent still exists, a server error); asking again may help.</summary>
    Busy,

    /// <summary>The cloud answered that there are too many calls to it; it did nothing. Slows down all who call the same account and region.</summary>
    Throttled,

    /// <summary>No answer: the call may or may not have been applied.</summary>
    Unreachable,
}

/// <summary>
/// A call to a cloud failed. The message is the cause in the cloud's own words. Handlers throw nothing else on purpose; the engine
/// takes <see cref="System.Net.Http.HttpRequestException"/>, <see cref="IOException"/> and
/// <see cref="System.Net.Sockets.SocketException"/> for <see cref="CloudFault.Unreachable"/> and every other exception for a defect.
/// </summary>
public sealed class CloudException : Exception
{
    public CloudException(CloudFault fault, string message, Exception? inner = null) : base(message, inner) => Fault = fault;

    public CloudFault Fault { get; }

    /// <summary>The cloud's own code of the error, such as <c>InvalidParameterValue</c> or <c>409</c>.</summary>
    public string? Code { get; init; }

    /// <summary>How long the cloud asks to be left alone before the next call.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The last lines that the failed thing wrote (a build, a container), oldest first.</summary>
    public IReadOnlyList<string> LastLog { get; init; } = [];
}
