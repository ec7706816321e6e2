using System.Collections.Concurrent;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Aws.Api;

/// <summary>
/// Finds credentials where AWS's own tools do: the environment, the profiles in <c>~/.aws</c>, the container's or the instance's role. The
/// files are read again when they have changed, so that a login needs no restart of the server.
/// </summary>
internal sealed class AwsCredentials(Func<string, string?> environment, AwsFiles files)
{
    private const string DefaultProfile = "default";

    private readonly ConcurrentDictionary<string, (string Stamp, AWSCredentials Credentials)> found = [];

    /// <summary>The profile that is meant where none is named.</summary>
    private string CurrentProfile => environment("AWS_PROFILE") is { Length: > 0 } name ? name : DefaultProfile;

    /// <summary>What was made with a profile's credentials is found with them again, also by a server with another environment.</summary>
    public string? NamedProfile =>
        environment("AWS_ACCESS_KEY_ID") is { Length: > 0 } || environment("AWS_PROFILE") is not { Length: > 0 } name ? null : name;

    /// <param name="profile">Null for whatever is found first.</param>
    /// <exception cref="CloudException">There are none.</exception>
    public AWSCredentials Find(string? profile)
    {
        var stamp = $"{Stamp(files.Config)} {Stamp(files.Credentials)}";
        var name = profile ?? "";
        if (found.TryGetValue(name, out var known) && known.Stamp == stamp)
        {
            return known.Credentials;
        }

        var credentials = profile is null
            ? FindAny()
            : OfProfile(profile) ?? throw Missing($"There is no profile '{profile}' in {files.Config} or {files.Credentials}");
        found[name] = (stamp, credentials);
        return credentials;
    }

    public bool Has(string? profile)
    {
        try
        {
            Find(profile);
            return true;
        }
        catch (CloudException)
        {
            return false;
        }
    }

    /// <summary>The region that holds where none is named; null when there is none.</summary>
    public string? FindRegion(string? profile)
    {
        foreach (var variable in (IEnumerable<string>)["AWS_REGION", "AWS_DEFAULT_REGION"])
        {
            if (profile is null && environment(variable) is { Length: > 0 } region)
            {
                return region;
            }
        }

        return Profiles().TryGetProfile(profile ?? CurrentProfile, out var settings) ? settings.Region?.SystemName : null;
    }

    private AWSCredentials FindAny()
    {
        if (environment("AWS_ACCESS_KEY_ID") is { Length: > 0 } key && environment("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret)
        {
            return environment("AWS_SESSION_TOKEN") is { Length: > 0 } token
                ? new SessionAWSCredentials(key, secret, token)
                : new BasicAWSCredentials(key, secret);
        }

        if (environment("AWS_WEB_IDENTITY_TOKEN_FILE") is { Length: > 0 })
        {
            return AssumeRoleWithWebIdentityCredentials.FromEnvironmentVariables();
        }

        if (OfProfile(CurrentProfile) is { } ofProfile)
        {
            return ofProfile;
        }

        if (environment("AWS_PROFILE") is { Length: > 0 } wanted)
        {
            throw Missing($"There is no profile '{wanted}' in {files.Config} or {files.Credentials}, which AWS_PROFILE names");
        }

        if (environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { Length: > 0 }
            || environment("AWS_CONTAINER_CREDENTIALS_FULL_URI") is { Length: > 0 })
        {
            return new GenericContainerCredentials();
        }

        return files.IsOnInstance
            ? new InstanceProfileAWSCredentials()
            : throw Missing("There are no credentials for AWS, neither in the environment nor in a profile");
    }

    private AWSCredentials? OfProfile(string name)
    {
        var profiles = Profiles();
        if (!profiles.TryGetProfile(name, out var profile) || !AWSCredentialsFactory.TryGetAWSCredentials(
            profile, profiles, out var credentials))
        {
            return null;
        }

        if (credentials is SSOAWSCredentials single)
        {
            single.Options.ClientName = "caastle";
            single.Options.SupportsGettingNewToken = false;
        }

        return credentials;
    }

    /// <summary>The SDK looks once where the file is, and not there where it is made later.</summary>
    private CredentialProfileStoreChain Profiles() =>
        new(new SharedCredentialsFile().FilePath == files.Credentials ? null : files.Credentials);

    private static string Stamp(string file) => File.Exists(file) ? $"{File.GetLastWriteTimeUtc(file):O}" : "-";

    private static CloudException Missing(string what) =>
        new(CloudFault.Busy, $"{what}. Run `cld setup aws`, or `aws configure`, or `aws sso login`.");
}
