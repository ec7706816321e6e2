using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Finds what carries our marks by AWS's own index of tags.</summary>
internal sealed class MarkedScan(AwsAccess access)
{
    /// <summary>How the names of things begin, after region and account, in ARNs of what we make.</summary>
    private static readonly (string Service, string Resource, string Kind)[] Kinds =
    [
        ("ec2", "security-group/", "ec2/security-group"),
        ("ecs", "cluster/", "ecs/cluster"),
        ("secretsmanager", "secret:", "secretsmanager/secret"),
        ("rds", "subgrp:", "rds/subnet-group"),
        ("rds", "db:", "rds/instance"),
        ("elasticache", "subnetgroup:", "elasticache/subnet-group"),
        ("elasticache", "replicationgroup:", "elasticache/replication-group"),
        ("dynamodb", "table/", "dynamodb/table"),
        ("s3", "", "s3/bucket"),
    ];

    private sealed record Mapping(string ResourceArn, IReadOnlyList<AwsTag> Tags);

    private sealed record Page(string? PaginationToken, IReadOnlyList<Mapping> ResourceTagMappingList);

    public async Task<IReadOnlyList<(MarkedObject Object, Marks Marks)>> FindAsync(
        AwsPlace place, string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var tagging = await access.OfAsync(AwsService.Tagging, place, cancellationToken);
        List<object> filters = [new { Key = Marks.InstallationLabel, Values = (string[])[installation] }];
        if (subjectId is not null)
        {
            filters.Add(new { Key = Marks.SubjectIdLabel, Values = (string[])[subjectId] });
        }

        var found = new List<(MarkedObject, Marks)>();
        string? token = null;
        do
        {
            var page = await tagging.CallAsync<Page>("GetResources", new { TagFilters = filters, PaginationToken = token }, cancellationToken);
            foreach (var mapping in page.ResourceTagMappingList)
            {
                var tags = AwsTag.Read(mapping.Tags);
                string Tag(string name) => tags.GetValueOrDefault(name, "");
                // Others' things may carry our tags too, as snapshots of databases do.
                if (KindOf(mapping.ResourceArn) is { } kind)
                {
                    var marks = new Marks(installation, Tag(Marks.SubjectLabel), Tag(Marks.SubjectIdLabel), Tag(Marks.OperationLabel), Tag(Marks.KeyLabel));
                    found.Add((new(kind, Tag(AwsTags.NameTag), marks.Subject, marks.SubjectId, marks.Key), marks));
                }
            }

            token = page.PaginationToken;
        }
        while (!string.IsNullOrEmpty(token));
        return found;
    }

    /// <param name="arn">As <c>arn:aws:rds:us-west-2:123456789012:db:orders</c>.</param>
    private static string? KindOf(string arn) => arn.Split(':', 6) is [_, _, var service, _, _, var resource]
        ? Kinds.FirstOrDefault(kind => kind.Service == service && resource.StartsWith(kind.Resource, StringComparison.Ordinal)).Kind
        : null;
}
