using System.Globalization;
using System.Xml.Linq;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A database of RDS.</summary>
/// <param name="Version">Null for RDS's own choice.</param>
internal sealed record DbInstanceSpec(
    AwsPlace At,
    string Name,
    string Engine,
    string? Version,
    string Class,
    int StorageGigabytes,
    string DatabaseName,
    string Username,
    Secret Password,
    string SubnetGroup,
    string SecurityGroup,
    bool IsPublic) : IPlacedSpec<DbInstanceState>
{
    public string Identity => Name;

    public bool HoldsData => true;

    public bool IsStopped { get; init; }
}

internal sealed record DbInstanceState(string Address, int Port);

internal sealed class DbInstanceHandler(AwsAccess access)
    : AwsObjectHandler<DbInstanceSpec, DbInstanceState>(access, AwsService.Rds), IReadsMany
{
    private const string NotFound = "DBInstanceNotFound";
    private const int MinutesOfADay = 1440;
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(3);

    /// <summary>Old classes of machines, whose storage cannot be encrypted.</summary>
    private static readonly string[] WithoutEncryption = ["db.t1.", "db.m1.", "db.m2.", "db.t2.micro"];

    /// <summary>From these RDS does not come back by itself.</summary>
    private static readonly HashSet<string> Hopeless =
    [
        "failed", "incompatible-create", "incompatible-network", "incompatible-option-group", "incompatible-parameters",
        "incompatible-restore",
        "inaccessible-encryption-credentials", "insufficient-capacity", "restore-error", "storage-full",
    ];

    public override string Kind => "rds/instance";

    /// <summary>As many as RDS puts on one page.</summary>
    public int MostAtOnce => 100;

    public override IReadOnlyList<string> Actions { get; } =
    [
        "rds:AddTagsToResource", "rds:CreateDBInstance", "rds:DeleteDBInstance", "rds:DescribeDBInstances", "rds:DescribeEvents",
        "rds:ModifyDBInstance", "rds:StartDBInstance", "rds:StopDBInstance",
    ];

    public override async Task<Observation<DbInstanceState>> ReadAsync(
        DbInstanceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var rds = await ClientAsync(spec, cancellationToken);
        return await JudgeAsync(rds, spec, call, await FindAsync(rds, spec, cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<Observation<object>>> ReadManyAsync(IReadOnlyList<ReadRequest> requests, CancellationToken cancellationToken)
    {
        var rds = await ClientAsync((DbInstanceSpec)requests[0].Spec, cancellationToken);
        var answer = await rds.QueryAsync(
            new AwsRequest("DescribeDBInstances")
                .With("Filters.Filter.1.Name", "db-instance-id")
                .WithList("Filters.Filter.1.Values.Value", requests.Select(request => request.Spec.Identity).Distinct()),
            cancellationToken);
        var found = answer.List("DBInstances").ToDictionary(each => each.Text("DBInstanceIdentifier"));
        return await Task.WhenAll(requests.Select(async request =>
        {
            var spec = (DbInstanceSpec)request.Spec;
            return (await JudgeAsync(rds, spec, request.Call, found.GetValueOrDefault(spec.Name), cancellationToken)).ToUntyped();
        }));
    }

    private static async Task<XElement?> FindAsync(AwsClient rds, DbInstanceSpec spec, CancellationToken cancellationToken)
    {
        var answer = await rds.QueryAsync(new AwsRequest("DescribeDBInstances").With("DBInstanceIdentifier", spec.Name), cancellationToken)
            .OrNullAsync(NotFound, "DBInstanceNotFoundFault");
        return answer?.List("DBInstances").First();
    }

    private async Task<Observation<DbInstanceState>> JudgeAsync(
        AwsClient rds, DbInstanceSpec spec, ObjectCall call, XElement? found, CancellationToken cancellationToken)
    {
        if (found is null)
        {
            return Observation.Absent<DbInstanceState>();
        }

        if (!call.Marks.OwnsTags(found.Tags("TagList")))
        {
            return Foreign(spec);
        }

        var state = found.Descendants("Endpoint").FirstOrDefault()?.TextOrNull("Address") is { } address
            ? new DbInstanceState(address, int.Parse(found.Descendants("Endpoint").First().Text("Port"), CultureInfo.InvariantCulture))
            : null;
        var isChanging = found.Descendants("PendingModifiedValues").FirstOrDefault()?.HasElements == true;
        var isAsSpecified = found.Text("DBInstanceClass") == spec.Class
            && int.Parse(found.Text("AllocatedStorage"), CultureInfo.InvariantCulture) >= spec.StorageGigabytes
            && found.Text("PubliclyAccessible") == (spec.IsPublic ? "true" : "false");
        return found.Text("DBInstanceStatus") switch
        {
            "stopped" when spec.IsStopped => Observation.Ready(state ?? new("", 0), "stopped"),
            "stopped" => Observation.InProgress("stopped", state) with { NeedsCreate = true },
            "available" when spec.IsStopped => Observation.InProgress("available", state) with { NeedsCreate = true },
            "available" when isChanging => Slowly("modifying", BetweenReads, state),
            "available" when !isAsSpecified => Observation.InProgress("available", state) with { NeedsCreate = true },
            "available" when state is not null => Observation.Ready(state, "available"),
            var status when Hopeless.Contains(status) =>
                Observation.Failed(await ReasonAsync(rds, spec, status, cancellationToken), state: state),
            var status => Slowly(status, BetweenReads, state),
        };
    }

    /// <summary>Makes it, or changes what is there: its size, or whether it runs.</summary>
    public override async Task CreateAsync(DbInstanceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var rds = await ClientAsync(spec, cancellationToken);
        var found = await FindAsync(rds, spec, cancellationToken);
        var request = (found?.Text("DBInstanceStatus"), spec.IsStopped) switch
        {
            (null, _) => Creation(spec, call.Marks),
            ("stopped", false) => new AwsRequest("StartDBInstance").With("DBInstanceIdentifier", spec.Name),
            (_, true) => new AwsRequest("StopDBInstance").With("DBInstanceIdentifier", spec.Name),
            _ => new AwsRequest("ModifyDBInstance")
                .With("DBInstanceIdentifier", spec.Name)
                .With("DBInstanceClass", spec.Class)
                .With("AllocatedStorage", spec.StorageGigabytes)
                .With("PubliclyAccessible", spec.IsPublic)
                .With("ApplyImmediately", true),
        };
        await rds.QueryAsync(request, cancellationToken);
    }

    /// <summary>Its size, who can reach it and whether it runs; storage only grows.</summary>
    public override bool CanChange(DbInstanceSpec from, DbInstanceSpec to) =>
        @from with { Class = to.Class, StorageGigabytes = to.StorageGigabytes, IsPublic = to.IsPublic, IsStopped = to.IsStopped } == to
        && to.StorageGigabytes >= from.StorageGigabytes;

    public override async Task DeleteAsync(DbInstanceSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var rds = await ClientAsync(spec, cancellationToken);
        await rds.QueryAsync(
            new AwsRequest("DeleteDBInstance")
                .With("DBInstanceIdentifier", spec.Name)
                .With("SkipFinalSnapshot", true)
                .With("DeleteAutomatedBackups", true),
            cancellationToken).UnlessAsync(NotFound, "DBInstanceNotFoundFault");
    }

    private static AwsRequest Creation(DbInstanceSpec spec, Marks marks) => new AwsRequest("CreateDBInstance")
        .With("DBInstanceIdentifier", spec.Name)
        .With("Engine", spec.Engine)
        .With("EngineVersion", spec.Version)
        .With("DBInstanceClass", spec.Class)
        .With("AllocatedStorage", spec.StorageGigabytes)
        .With("DBName", spec.DatabaseName)
        .With("MasterUsername", spec.Username)
        .With("MasterUserPassword", spec.Password.Reveal())
        .With("DBSubnetGroupName", spec.SubnetGroup)
        .With("VpcSecurityGroupIds.VpcSecurityGroupId.1", spec.SecurityGroup)
        .With("PubliclyAccessible", spec.IsPublic)
        .With("StorageEncrypted", !WithoutEncryption.Any(old => spec.Class.StartsWith(old, StringComparison.Ordinal)))
        .WithTags("Tags.Tag", AwsTags.Of(marks, spec.Name));

    /// <summary>The last that RDS says happened to it.</summary>
    private static async Task<string> ReasonAsync(AwsClient rds, DbInstanceSpec spec, string status, CancellationToken cancellationToken)
    {
        var events = await rds.QueryAsync(
            new AwsRequest("DescribeEvents")
                .With("SourceIdentifier", spec.Name)
                .With("SourceType", "db-instance")
                .With("Duration", MinutesOfADay),
            cancellationToken)
            .OrNullAsync("AccessDenied", NotFound);
        return events?.List("Events").LastOrDefault()?.TextOrNull("Message") is { Length: > 0 } message
            ? $"{status}; the last that was reported: {message}"
            : status;
    }
}
