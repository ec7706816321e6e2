using System.Net.Http;
using System.Net.Sockets;
using CaaStle.Abstractions;

namespace CaaStle.Engine.Execution;

/// <summary>Tells what an exception from a handler means.</summary>
internal static class CloudFaults
{
    /// <returns>Null when the exception is none that a handler throws on purpose: a defect.</returns>
    public static CloudException? Understand(Exception exception) => exception switch
    {
        CloudException cloud => cloud,
        HttpRequestException or IOException or SocketException or TimeoutException =>
            new CloudException(CloudFault.Unreachable, exception.Message, exception),
        // A call that was not cancelled by us: the HTTP client's own way of saying that no answer came.
        OperationCanceledException => new CloudException(CloudFault.Unreachable, "no answer", exception),
        _ => null,
    };
}
