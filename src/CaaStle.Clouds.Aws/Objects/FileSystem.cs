using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A file system of EFS, encrypted, which the tasks of an application share. Its name is its creation token.</summary>
internal sealed record FileSystemSpec(AwsPlace At, string Name) : IPlacedSpec<FileSystemState>
{
    public string Identity => Name;

    public bool HoldsData => true;
}

internal sealed record FileSystemState(string Id);

internal sealed class FileSystemHandler(AwsAccess access)
    : AwsObjectHandler<FileSystemSpec, FileSystemState>(access, AwsService.Efs)
{
    private sealed record FileSystem(string FileSystemId, string LifeCycleState, IReadOnlyList<AwsTag>? Tags);

    private sealed record Described(IReadOnlyList<FileSystem> FileSystems);

    public override string Kind => "efs/file-system";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "elasticfilesystem:CreateFileSystem", "elasticfilesystem:DeleteFileSystem", "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:TagResource",
    ];

    public override async Task<Observation<FileSystemState>> ReadAsync(
        FileSystemSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec, cancellationToken) is not { } found)
        {
            return Observation.Absent<FileSystemState>();
        }

        return !call.Marks.OwnsTags(AwsTag.Read(found.Tags)) ? Foreign(spec) : found.LifeCycleState switch
        {
            "available" or "updating" => Observation.Ready(new FileSystemState(found.FileSystemId)),
            "error" => Observation.Failed<FileSystemState>("EFS says: error"),
            var state => Observation.InProgress<FileSystemState>(state),
        };
    }

    public override async Task CreateAsync(FileSystemSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var efs = await ClientAsync(spec, cancellationToken);
        await efs.CallAsync(
            new AwsRequest("CreateFileSystem", $"POST {Efs.FileSystems}")
            {
                Body = new { CreationToken = spec.Name, Encrypted = true, Tags = AwsTags.Capital(call.Marks, spec.Name) },
            },
            cancellationToken);
    }

    public override async Task DeleteAsync(FileSystemSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec, cancellationToken) is { } found)
        {
            var efs = await ClientAsync(spec, cancellationToken);
            await efs.CallAsync(
                new AwsRequest("DeleteFileSystem", $"DELETE {Efs.FileSystems}/{{FileSystemId}}").With("FileSystemId", found.FileSystemId),
                cancellationToken).UnlessAsync(Efs.NotFound);
        }
    }

    private async Task<FileSystem?> FindAsync(FileSystemSpec spec, CancellationToken cancellationToken)
    {
        var efs = await ClientAsync(spec, cancellationToken);
        var answer = await efs.CallAsync<Described>(
            new AwsRequest("DescribeFileSystems", $"GET {Efs.FileSystems}").With("CreationToken", spec.Name), cancellationToken)
            .OrNullAsync(Efs.NotFound);
        return answer?.FileSystems.FirstOrDefault(found => found.LifeCycleState != "deleted");
    }
}

internal static class Efs
{
    public const int Port = 2049;
    public const string FileSystems = "/2015-02-01/file-systems";
    public const string MountTargets = "/2015-02-01/mount-targets";
    public const string AccessPoints = "/2015-02-01/access-points";
    public const string NotFound = "FileSystemNotFound";
}
