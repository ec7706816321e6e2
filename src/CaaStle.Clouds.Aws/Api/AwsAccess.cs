using System.Collections.Concurrent;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Aws.Api;

/// <param name="Arn">Who the credentials belong to.</param>
internal sealed record AwsIdentity(string Account, string Arn);

/// <summary>
/// Clients of AWS's services with the user's credentials. Nothing of the AWS SDK is loaded before the first is asked for.
/// </summary>
internal sealed class AwsAccess(Func<string, string?> environment)
{
    /// <summary>Where it does not matter.</summary>
    private const string AnyRegion = "us-east-1";

    private readonly AwsFiles files = new(environment);
    private readonly Lazy<Connections> connections = new(() => new(environment));

    /// <summary>Whether the user may have credentials. Asks nobody.</summary>
    public bool IsSetUp => files.IsSetUp;

    /// <summary>A client for what is there, by credentials of that very account: in another one everything would seem to be gone.</summary>
    public async Task<AwsClient> OfAsync(AwsService service, AwsPlace place, CancellationToken cancellationToken)
    {
        await CheckAccountAsync(place, cancellationToken);
        return connections.Value.Client(service, place.Region, place.Profile);
    }

    public async Task<AmazonS3Client> S3OfAsync(AwsPlace place, CancellationToken cancellationToken)
    {
        await CheckAccountAsync(place, cancellationToken);
        return connections.Value.S3(place.Region, place.Profile);
    }

    /// <param name="profile">Null for whatever credentials are found first.</param>
    /// <param name="region">Null for the profile's.</param>
    public async Task<AwsPlace> FindPlaceAsync(string? profile, string? region, CancellationToken cancellationToken)
    {
        var found = region ?? connections.Value.Credentials.FindRegion(profile) ?? throw new CloudException(
            CloudFault.Refused,
            "No region of AWS is chosen. Write `region: us-west-2` beside `target: aws`, or set AWS_REGION, "
            + "or run `aws configure set region us-west-2`.");
        var identity = await IdentifyAsync(profile, found, cancellationToken);
        return new(identity.Account, found, profile ?? connections.Value.Credentials.NamedProfile);
    }

    public async Task<AwsIdentity> IdentifyAsync(string? profile, string region, CancellationToken cancellationToken)
    {
        var credentials = connections.Value.Credentials.Find(profile);
        var identities = connections.Value.Identities;
        if (!identities.TryGetValue(credentials, out var identity))
        {
            var answer = await connections.Value.Client(AwsService.Sts, region, profile).QueryAsync(
                new("GetCallerIdentity"), cancellationToken);
            identities[credentials] = identity = new(answer.Text("Account"), answer.Text("Arn"));
        }

        return identity;
    }

    public async Task<CloudIdentity> DescribeAsync(string? profile, CancellationToken cancellationToken)
    {
        var region = connections.Value.Credentials.FindRegion(profile);
        var identity = await IdentifyAsync(profile, region ?? AnyRegion, cancellationToken);
        return new(identity.Account, identity.Arn, region);
    }

    /// <summary>
    /// Whether the credentials that are found first work; null when there are none, so that each environment has to name its own.
    /// </summary>
    public async Task<AwsIdentity?> IdentifyAsync(CancellationToken cancellationToken) => connections.Value.Credentials.Has(null)
        ? await IdentifyAsync(null, connections.Value.Credentials.FindRegion(null) ?? AnyRegion, cancellationToken)
        : null;

    private async Task CheckAccountAsync(AwsPlace place, CancellationToken cancellationToken)
    {
        var identity = await IdentifyAsync(place.Profile, place.Region, cancellationToken);
        if (identity.Account != place.Account)
        {
            throw new CloudException(
                CloudFault.Busy,
                $"These are credentials of the AWS account {identity.Account} ({identity.Arn}), and it is in {place.Account}. "
                + "Log in to that one.");
        }
    }

    /// <summary>What is of the SDK's types.</summary>
    private sealed class Connections(Func<string, string?> environment)
    {
        private readonly ConcurrentDictionary<(AwsService, string Region, AWSCredentials), AwsClient> clients = [];
        private readonly ConcurrentDictionary<(string Region, AWSCredentials), AmazonS3Client> buckets = [];

        public AwsCredentials Credentials { get; } = new(environment, new(environment));

        public ConcurrentDictionary<AWSCredentials, AwsIdentity> Identities { get; } = [];

        public AwsClient Client(AwsService service, string region, string? profile) =>
            clients.GetOrAdd((service, region, Credentials.Find(profile)), key => new AwsClient(key.Item1, key.Item3, key.Region));

        public AmazonS3Client S3(string region, string? profile) => buckets.GetOrAdd((region, Credentials.Find(profile)), key =>
        {
            var config = new AmazonS3Config { RegionEndpoint = RegionEndpoint.GetBySystemName(key.Region), MaxErrorRetry = 0 };
            // Another server than AWS's has no names for buckets.
            config.ForcePathStyle = !string.IsNullOrEmpty(config.ServiceURL);
            return new AmazonS3Client(key.Item2, config);
        });
    }
}
