using System.Net.Sockets;
using Amazon.Runtime;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Aws.Api;

/// <summary>What errors of AWS's services mean for the caller.</summary>
internal static class AwsErrors
{
    /// <summary>Too many calls of the account in the region.</summary>
    private static readonly HashSet<string> Throttled =
    [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottleException", "ProvisionedThroughputExceededException",
        "EC2ThrottledException", "SlowDown", "BandwidthLimitExceeded",
    ];

    /// <summary>What the call needs is not as it must be yet, or still is what it must not be any more.</summary>
    private static readonly HashSet<string> Passing =
    [
        "PriorRequestNotComplete", "ServiceUnavailable", "ServerException", "DependencyViolation", "ResourceInUse", "ResourceInUseFault",
        "ResourceInUseException", "ResourceContention", "ConcurrentModification", "InvalidDBInstanceState", "InvalidDBSubnetGroupStateFault",
        "InvalidReplicationGroupState", "InvalidCacheClusterState", "CacheSubnetGroupInUse", "ClusterContainsServicesException",
        "ClusterContainsTasksException", "ClusterContainsContainerInstancesException", "ScalingActivityInProgress",
        "UpdateInProgressException", "DeleteConflict", "ConflictException", "OperationAborted", "OperationAbortedException",
        "FileSystemInUse", "IncorrectFileSystemLifeCycleState",
    ];

    /// <summary>The credentials do not hold any more, and will again when the user has renewed them.</summary>
    private static readonly HashSet<string> Expired =
        ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

    /// <summary>Makes the call, and throws what goes wrong as what it means.</summary>
    public static async Task<T> CallAsync<T>(string operation, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (AmazonServiceException e)
        {
            throw Understand(operation, e);
        }
        catch (AmazonClientException e)
        {
            throw WithoutCredentials(e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or TimeoutException)
        {
            throw new CloudException(CloudFault.Unreachable, $"AWS gives no answer to {operation}: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static CloudException Understand(string operation, AmazonServiceException error)
    {
        var code = error.ErrorCode ?? "";
        var fault = error.StatusCode switch
        {
            0 => CloudFault.Unreachable,
            _ when Throttled.Contains(code) => CloudFault.Throttled,
            >= (System.Net.HttpStatusCode)500 => CloudFault.Busy,
            _ => Passing.Contains(code) || Expired.Contains(code) || IsTaken(code) || IsFirstUse(error) || IsNotYetKnown(error.Message)
                ? CloudFault.Busy
                : CloudFault.Refused,
        };
        var message = error.Message.Trim().TrimEnd('.');
        return fault switch
        {
            CloudFault.Unreachable => new(fault, $"AWS gives no answer to {operation}: {message}.", error),
            // Told again and again, so that it has to be the same each time.
            CloudFault.Busy when Expired.Contains(code) =>
                new(fault, $"{operation}: {message} ({code}). Log in to AWS again.", error) { Code = code },
            CloudFault.Busy or CloudFault.Throttled => new(fault, $"{operation}: {message} ({code}).", error) { Code = code },
            _ => new(fault, $"{operation}: {message} ({code}{Request(error)}).", error) { Code = code },
        };
    }

    /// <summary>What the SDK says when it finds no credentials, or cannot renew them.</summary>
    private static CloudException WithoutCredentials(AmazonClientException error) =>
        new(CloudFault.Busy, $"{error.Message.TrimEnd('.')}. Log in to AWS: `cld setup aws`, or `aws sso login`.", error);

    /// <summary>Null where the call was refused with one of these codes, which say that there is no such thing.</summary>
    public static async Task<T?> OrNullAsync<T>(this Task<T> call, params string[] codes) where T : class
    {
        try
        {
            return await call;
        }
        catch (CloudException e) when (codes.Contains(e.Code))
        {
            return null;
        }
    }

    /// <summary>Content with these codes, which say that it is so already.</summary>
    public static async Task UnlessAsync(this Task call, params string[] codes)
    {
        try
        {
            await call;
        }
        catch (CloudException e) when (codes.Contains(e.Code))
        {
        }
    }

    /// <summary>
    /// A service that an account uses for the first time makes a role for itself, which takes seconds to be known everywhere.
    /// </summary>
    private static bool IsFirstUse(AmazonServiceException error) =>
        error.Message.Contains("service linked role", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("service-linked role", StringComparison.OrdinalIgnoreCase);

    /// <summary>A new role is not known everywhere at once.</summary>
    public static bool IsNotYetKnown(string message) =>
        message.Contains("Invalid IAM Instance Profile", StringComparison.OrdinalIgnoreCase)
        || message.Contains("Invalid IamInstanceProfile", StringComparison.OrdinalIgnoreCase);

    private static string Request(AmazonServiceException error) =>
        string.IsNullOrEmpty(error.RequestId) ? "" : $", request {error.RequestId}";

    /// <summary>The name is taken: reading tells whether by us, whose first call seemed to fail.</summary>
    private static bool IsTaken(string code) =>
        (code.Contains("AlreadyExist", StringComparison.Ordinal) || code.EndsWith(".Duplicate", StringComparison.Ordinal)
            || code == "BucketAlreadyOwnedByYou")
        && code != "BucketAlreadyExists";
}
