using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Resource.S3;

/// <summary>A bucket of S3.</summary>
internal sealed class S3Resource : IResourceType
{
    public TypeDescriptor Descriptor { get; } = new(
        "s3",
        "A bucket of Amazon S3, which nobody can read without credentials.",
        [],
        [
            new("BucketName", "The bucket's name."),
            new("BucketArn", "Its ARN."),
            new("Region", "The region that it is in."),
        ]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var place = plan.SharePlace(request.Environment);
        var name = request.Environment.ObjectName(request.PartName(Descriptor.Type));
        var bucket = plan.Add("bucket", place, found => new BucketSpec(found.At, name));
        plan.Output("BucketName", bucket, _ => name);
        plan.Output("BucketArn", bucket, made => made.Arn);
        plan.Output("Region", place, found => found.At.Region);
    }
}
