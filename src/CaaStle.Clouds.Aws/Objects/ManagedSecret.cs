using System.Security.Cryptography;
using System.Text;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>A secret of Secrets Manager.</summary>
internal sealed record ManagedSecretSpec(AwsPlace At, string Name, string Description, Secret Text) : IPlacedSpec<ManagedSecretState>
{
    public string Identity => Name;
}

internal sealed record ManagedSecretState(string Arn);

internal sealed class ManagedSecretHandler(AwsAccess access)
    : AwsObjectHandler<ManagedSecretSpec, ManagedSecretState>(access, AwsService.Secrets)
{
    private const string NotFound = "ResourceNotFoundException";

    private sealed record Described(string Arn, double? DeletedDate, IReadOnlyList<AwsTag>? Tags);

    public override string Kind => "secretsmanager/secret";

    public override IReadOnlyList<string> Actions { get; } =
    [
        "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:TagResource",
    ];

    public override async Task<Observation<ManagedSecretState>> ReadAsync(
        ManagedSecretSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var secrets = await ClientAsync(spec, cancellationToken);
        var found = await secrets.CallAsync<Described>("DescribeSecret", new { SecretId = spec.Name }, cancellationToken)
            .OrNullAsync(NotFound);
        if (found is null or { DeletedDate: not null })
        {
            return Observation.Absent<ManagedSecretState>();
        }

        return call.Marks.OwnsTags(AwsTag.Read(found.Tags)) ? Observation.Ready(new ManagedSecretState(found.Arn)) : Foreign(spec);
    }

    public override async Task CreateAsync(ManagedSecretSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var secrets = await ClientAsync(spec, cancellationToken);
        await secrets.CallAsync(
            "CreateSecret",
            new
            {
                spec.Name,
                spec.Description,
                // The same each time that the same is asked for.
                ClientRequestToken = Convert.ToHexStringLower(
                    SHA256.HashData(Encoding.UTF8.GetBytes($"{spec.Name} {call.Marks.Operation}"))),
                SecretString = spec.Text.Reveal(),
                Tags = AwsTags.Capital(call.Marks, spec.Name),
            },
            cancellationToken);
    }

    /// <summary>At once: one that may be recovered keeps its name, and its text, for a month.</summary>
    public override async Task DeleteAsync(ManagedSecretSpec spec, ObjectCall call, CancellationToken cancellationToken)
    {
        var secrets = await ClientAsync(spec, cancellationToken);
        await secrets.CallAsync("DeleteSecret", new { SecretId = spec.Name, ForceDeleteWithoutRecovery = true }, cancellationToken)
            .UnlessAsync(NotFound);
    }
}
