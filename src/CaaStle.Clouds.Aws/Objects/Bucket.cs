using Amazon.S3;
using Amazon.S3.Model;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A bucket of S3, which nobody can read without credentials.</summary>
internal sealed record BucketSpec(AwsPlace At, string Name) : IPlacedSpec<BucketState>
{
    public string Identity => Name;

    public bool HoldsData => true;
}

internal sealed record BucketState(string Arn);

internal sealed class BucketHandler(AwsAccess access) : CloudObjectHandler<BucketSpec, BucketState>, INeedsPermission
{
    private const int PagesAtOnce = 20;

    /// <summary>The one where S3 was first, and which it does not want to be told.</summary>
    private const string UnnamedRegion = "us-east-1";

    public override string Kind => "s3/bucket";

    public IReadOnlyList<string> Actions { get; } =
    [
        "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetBucketTagging", "s3:ListBucketVersions",
        "s3:PutBucketTagging",
    ];

    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(10);

    public override async Task<Observation<BucketState>> ReadAsync(BucketSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var s3 = await access.S3OfAsync(spec.At, cancellationToken);
        var tags = new Dictionary<string, string>();
        try
        {
            var answer = await AwsErrors.CallAsync(
                "GetBucketTagging",
                () => s3.GetBucketTaggingAsync(
                    new GetBucketTaggingRequest { BucketName = spec.Name, ExpectedBucketOwner = spec.At.Account }, cancellationToken));
            tags = (answer.TagSet ?? []).ToDictionary(tag => tag.Key, tag => tag.Value);
        }
        catch (CloudException e) when (e.Code == "NoSuchBucket")
        {
            return Observation.Absent<BucketState>();
        }
        catch (CloudException e) when (e.Code == "NoSuchTagSet")
        {
            // Made, but not yet marked: names contain what is only ours.
        }

        var state = new BucketState($"arn:aws:s3:::{spec.Name}");
        return tags.Count == 0 ? Observation.InProgress("not yet marked", state) with { NeedsCreate = true }
            : call.Marks.OwnsTags(tags) ? Observation.Ready(state)
            : Observation.Foreign<BucketState>($"a bucket named {spec.Name} that something else made");
    }

    public override async Task CreateAsync(BucketSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var s3 = await access.S3OfAsync(spec.At, cancellationToken);
        var request = new PutBucketRequest { BucketName = spec.Name, UseClientRegion = false };
        if (spec.At.Region != UnnamedRegion)
        {
            request.BucketRegionName = spec.At.Region;
        }

        await AwsErrors.CallAsync("CreateBucket", () => s3.PutBucketAsync(request, cancellationToken))
            .UnlessAsync("BucketAlreadyOwnedByYou");
        var tags = AwsTags.Of(call.Marks, spec.Name).Select(tag => new Tag { Key = tag.Key, Value = tag.Value }).ToList();
        await AwsErrors.CallAsync(
            "PutBucketTagging",
            () => s3.PutBucketTaggingAsync(
                new PutBucketTaggingRequest { BucketName = spec.Name, TagSet = tags, ExpectedBucketOwner = spec.At.Account },
                cancellationToken));
    }

    /// <summary>Some pages of what it holds each time, and when nothing is left the bucket.</summary>
    public override async Task DeleteAsync(BucketSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var s3 = await access.S3OfAsync(spec.At, cancellationToken);
        try
        {
            for (var page = 0; page < PagesAtOnce; page++)
            {
                if (!await DeletePageAsync(s3, spec, cancellationToken))
                {
                    await AwsErrors.CallAsync(
                        "DeleteBucket", () => s3.DeleteBucketAsync(new DeleteBucketRequest { BucketName = spec.Name }, cancellationToken));
                    return;
                }
            }
        }
        catch (CloudException e) when (e.Code == "NoSuchBucket")
        {
            return;
        }

        throw new CloudException(CloudFault.Busy, $"{spec.Name} is being emptied.");
    }

    /// <returns>Whether there may be more.</returns>
    private static async Task<bool> DeletePageAsync(AmazonS3Client s3, BucketSpec spec, CancellationToken cancellationToken)
    {
        var page = await AwsErrors.CallAsync(
            "ListObjectVersions", () =>
                s3.ListVersionsAsync(new ListVersionsRequest { BucketName = spec.Name, MaxKeys = 1000 }, cancellationToken));
        if (page.Versions is { Count: > 0 } versions)
        {
            var objects = versions.Select(version => new KeyVersion { Key = version.Key, VersionId = version.VersionId }).ToList();
            await AwsErrors.CallAsync(
                "DeleteObjects",
                () => s3.DeleteObjectsAsync(
                    new DeleteObjectsRequest { BucketName = spec.Name, Objects = objects, Quiet = true }, cancellationToken));
        }

        return page.IsTruncated == true;
    }
}
