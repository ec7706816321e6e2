using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Finds what carries our marks by AWS's own index of tags.</summary>
internal sealed class MarkedScan(AwsAccess access)
{
    /// <summary>How the names of things begin, after region and account, in ARNs of what we make.</summary>
    private static readonly (string Service, string Resource, string Kind)[] Kinds =
    [
        ("ec2", "vpc/", "ec2/network"),
        ("ec2", "subnet/", "ec2/network"),
        ("ec2", "internet-gateway/", "ec2/network"),
        ("ec2", "security-group/", "ec2/security-group"),
        ("ecs", "cluster/", "ecs/cluster"),
        ("secretsmanager", "secret:", "secretsmanager/secret"),
        ("rds", "subgrp:", "rds/subnet-group"),
        ("rds", "db:", "rds/instance"),
        ("elasticache", "subnetgroup:", "elasticache/subnet-group"),
        ("elasticache", "replicationgroup:", "elasticache/replication-group"),
        ("dynamodb", "table/", "dynamodb/table"),
        ("s3", "", "s3/bucket"),
        ("elasticloadbalancing", "loadbalancer/", "elb/load-balancer"),
        ("elasticloadbalancing", "targetgroup/", "elb/target-group"),
        ("elasticloadbalancing", "listener/", "elb/listener"),
        ("logs", "log-group:", "logs/group"),
        ("ecs", "task-definition/", "ecs/task-definition"),
        ("ecs", "service/", "ecs/service"),
        ("ecr", "repository/", "ecr/repository"),
        ("ecs", "task/", "ecs/job"),
        ("elasticfilesystem", "file-system/", "efs/file-system"),
        ("elasticfilesystem", "access-point/", "efs/access-point"),
        ("eks", "cluster/", "eks/cluster"),
        ("eks", "nodegroup/", "eks/node-group"),
        ("ec2", "launch-template/", "eks/node-template"),
    ];

    private sealed record Mapping(string ResourceArn, IReadOnlyList<AwsTag> Tags);

    private sealed record Page(string? PaginationToken, IReadOnlyList<Mapping> ResourceTagMappingList);

    public async Task<IReadOnlyList<(MarkedObject Object, Marks Marks, string Arn)>> FindAsync(
        AwsPlace place, string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var tagging = await access.OfAsync(AwsService.Tagging, place, cancellationToken);
        List<object> filters = [new { Key = Marks.InstallationLabel, Values = (string[])[installation] }];
        if (subjectId is not null)
        {
            filters.Add(new { Key = Marks.SubjectIdLabel, Values = (string[])[subjectId] });
        }

        var found = new List<(MarkedObject, Marks, string)>();
        string? token = null;
        do
        {
            var page = await tagging.CallAsync<Page>(
                "GetResources", new { TagFilters = filters, PaginationToken = token }, cancellationToken);
            // Others' things may carry our tags too, as snapshots of databases do.
            found.AddRange(page.ResourceTagMappingList
                .Select(mapping => (Kind: KindOf(mapping.ResourceArn), mapping.ResourceArn, Tags: AwsTag.Read(mapping.Tags)))
                .Where(each => each.Kind is not null)
                .Select(each => Marked(each.Kind!, each.ResourceArn, each.Tags)));
            token = page.PaginationToken;
        }
        while (!string.IsNullOrEmpty(token));
        found.AddRange(await FindRolesAsync(place, installation, subjectId, cancellationToken));
        return found;
    }

    private async Task<IReadOnlyList<(MarkedObject, Marks, string)>> FindRolesAsync(
        AwsPlace place, string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var iam = await access.OfAsync(AwsService.Iam, place, cancellationToken);
        var found = new List<(MarkedObject, Marks, string)>();
        string? marker = null;
        do
        {
            var page = await iam.QueryAsync(
                new AwsRequest("ListRoles").With("PathPrefix", IamRoleHandler.PathOf(installation, subjectId)).With("Marker", marker),
                cancellationToken);
            foreach (var name in page.List("Roles").Select(role => role.Text("RoleName")).ToList())
            {
                var role = await iam.QueryAsync(new AwsRequest("GetRole").With("RoleName", name), cancellationToken)
                    .OrNullAsync("NoSuchEntity");
                if (role is not null)
                {
                    found.Add(Marked("iam/role", role.Text("Arn"), role.Tags("Tags")));
                }
            }

            marker = page.TextOrNull("Marker");
        }
        while (!string.IsNullOrEmpty(marker));
        return found;
    }

    private static (MarkedObject, Marks, string) Marked(string kind, string arn, IReadOnlyDictionary<string, string> tags)
    {
        string Tag(string name) => tags.GetValueOrDefault(name, "");
        var marks = new Marks(
            Tag(Marks.InstallationLabel), Tag(Marks.SubjectLabel), Tag(Marks.SubjectIdLabel), Tag(Marks.OperationLabel),
                AwsTags.KeyIn(tags));
        return (new(kind, Tag(AwsTags.NameTag), marks.Subject, marks.SubjectId, marks.Key), marks, arn);
    }

    /// <param name="arn">As <c>arn:aws:rds:us-west-2:123456789012:db:orders</c>.</param>
    private static string? KindOf(string arn) => arn.Split(':', 6) is [_, _, var service, _, _, var resource]
        ? Kinds.FirstOrDefault(kind => kind.Service == service && resource.StartsWith(kind.Resource, StringComparison.Ordinal)).Kind
        : null;
}
