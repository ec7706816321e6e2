using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>Finds what carries our marks by AWS's own index of tags.</summary>
internal sealed class MarkedScan(AwsAccess access)
{
    /// <inheritdoc cref="INeedsPermission.Actions"/>
    public static IReadOnlyList<string> Actions { get; } =
    [
        "autoscaling:DescribeAutoScalingGroups", "iam:GetInstanceProfile", "iam:GetRole", "iam:ListInstanceProfiles", "iam:ListRoles",
        "tag:GetResources",
    ];

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
        ("ecs", "capacity-provider/", "ecs/capacity-provider"),
        ("ec2", "launch-template/", "ec2/launch-template"),
        ("ec2", "key-pair/", "ec2/key-pair"),
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
        found.AddRange(await FindProfilesAsync(place, installation, subjectId, cancellationToken));
        found.AddRange(await FindGroupsAsync(place, installation, subjectId, cancellationToken));
        return found;
    }

    /// <summary>Groups of machines are not in the index either.</summary>
    private async Task<IReadOnlyList<(MarkedObject, Marks, string)>> FindGroupsAsync(
        AwsPlace place, string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var scaling = await access.OfAsync(AwsService.AutoScaling, place, cancellationToken);
        var found = new List<(MarkedObject, Marks, string)>();
        string? token = null;
        do
        {
            var request = new AwsRequest("DescribeAutoScalingGroups")
                .With("Filters.member.1.Name", $"tag:{Marks.InstallationLabel}")
                .With("Filters.member.1.Values.member.1", installation)
                .With("NextToken", token);
            if (subjectId is not null)
            {
                request.With("Filters.member.2.Name", $"tag:{Marks.SubjectIdLabel}").With("Filters.member.2.Values.member.1", subjectId);
            }

            var page = await scaling.QueryAsync(request, cancellationToken);
            found.AddRange(page.List("AutoScalingGroups").Select(group =>
                Marked("autoscaling/group", group.Text("AutoScalingGroupARN"), group.Tags("Tags"))));
            token = page.TextOrNull("NextToken");
        }
        while (!string.IsNullOrEmpty(token));
        return found;
    }

    private async Task<IReadOnlyList<(MarkedObject, Marks, string)>> FindProfilesAsync(
        AwsPlace place, string installation, string? subjectId, CancellationToken cancellationToken)
    {
        var iam = await access.OfAsync(AwsService.Iam, place, cancellationToken);
        var found = new List<(MarkedObject, Marks, string)>();
        string? marker = null;
        do
        {
            var page = await iam.QueryAsync(
                new AwsRequest("ListInstanceProfiles")
                    .With("PathPrefix", IamRoleHandler.PathOf(installation, subjectId))
                    .With("Marker", marker),
                cancellationToken);
            foreach (var name in page.List("InstanceProfiles").Select(profile => profile.Text("InstanceProfileName")).ToList())
            {
                var profile = await iam.QueryAsync(
                    new AwsRequest("GetInstanceProfile").With("InstanceProfileName", name), cancellationToken).OrNullAsync("NoSuchEntity");
                if (profile is not null)
                {
                    found.Add(Marked("iam/instance-profile", profile.Text("Arn"), InstanceProfileHandler.TagsOf(profile)));
                }
            }

            marker = page.TextOrNull("Marker");
        }
        while (!string.IsNullOrEmpty(marker));
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
