using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>What opens machines of EC2 by SSH. The private key is told once, and kept in a file that only the user can read.</summary>
internal sealed record KeyPairSpec(AwsPlace At, string Name) : IPlacedSpec<KeyPairState>
{
    public string Identity => Name;
}

/// <param name="PrivateKeyFile">Its path.</param>
internal sealed record KeyPairState(string Name, string PrivateKeyFile);

/// <param name="folder">Where private keys are kept.</param>
internal sealed class KeyPairHandler(AwsAccess access, string folder) : AwsObjectHandler<KeyPairSpec, KeyPairState>(access, AwsService.Ec2)
{
    public override string Kind => "ec2/key-pair";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "ec2:CreateKeyPair", "ec2:CreateTags", "ec2:DeleteKeyPair", "ec2:DescribeKeyPairs",
    ];

    public override async Task<Observation<KeyPairState>> ReadAsync(KeyPairSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        var answer = await ec2.QueryAsync(
            new AwsRequest("DescribeKeyPairs").With("Filter.1.Name", "key-name").With("Filter.1.Value.1", spec.Name), cancellationToken);
        return answer.List("keySet").FirstOrDefault() is not { } found ? Observation.Absent<KeyPairState>()
            : !call.Marks.OwnsTags(found.Tags("tagSet")) ? Foreign(spec)
            : File.Exists(FileOf(spec)) ? Observation.Ready(new KeyPairState(spec.Name, FileOf(spec)))
            : Observation.InProgress<KeyPairState>("nobody has its private key") with { NeedsCreate = true };
    }

    /// <summary>One whose private key got lost on its way opens nothing: another takes its place.</summary>
    public override async Task CreateAsync(KeyPairSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var ec2 = await ClientAsync(spec, cancellationToken);
        await DeleteAsync(ec2, spec, cancellationToken);
        var made = await ec2.QueryAsync(
            new AwsRequest("CreateKeyPair")
                .With("KeyName", spec.Name)
                .With("KeyType", "ed25519")
                .With("TagSpecification.1.ResourceType", "key-pair")
                .WithTags("TagSpecification.1.Tag", AwsTags.Of(call.Marks, spec.Name)),
            cancellationToken);
        Directory.CreateDirectory(folder);
        var half = $"{FileOf(spec)}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(half, options))
        {
            using var text = new StreamWriter(file, leaveOpen: true);
            await text.WriteAsync(made.Text("keyMaterial").AsMemory(), cancellationToken);
            await text.FlushAsync(cancellationToken);
            file.Flush(flushToDisk: true);
        }

        File.Move(half, FileOf(spec), overwrite: true);
    }

    public override async Task DeleteAsync(KeyPairSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        File.Delete(FileOf(spec));
        await DeleteAsync(await ClientAsync(spec, cancellationToken), spec, cancellationToken);
    }

    private static Task DeleteAsync(AwsClient ec2, KeyPairSpec spec, CancellationToken cancellationToken) =>
        ec2.QueryAsync(new AwsRequest("DeleteKeyPair").With("KeyName", spec.Name), cancellationToken).UnlessAsync("InvalidKeyPair.NotFound");

    private string FileOf(KeyPairSpec spec) => Path.Combine(folder, $"{spec.Name}.pem");
}
