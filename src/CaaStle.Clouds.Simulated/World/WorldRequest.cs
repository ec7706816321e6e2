using CaaStle.Abstractions;

namespace CaaStle.Clouds.Simulated;

/// <summary>A call to a world that another process serves, as it goes over the wire. What its kind does not need is empty.</summary>
/// <param name="Names">One, but for those that look many up, and a search.</param>
public sealed record WorldRequest(WorldCallKind Kind, IReadOnlyList<string> Names)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public TimeSpan ReadyAfter { get; init; }

    public TimeSpan? FailsAfter { get; init; }

    public string FailureReason { get; init; } = "";

    public IReadOnlyList<string> Needs { get; init; } = [];

    public string Content { get; init; } = "";

    public WorldManner? Manner { get; init; }

    /// <summary>Makes the call on a world; what it throws is in the answer.</summary>
    public async Task<WorldAnswer> ApplyAsync(IWorld world, CancellationToken cancellationToken)
    {
        try
        {
            return new(await FoundAsync(world, cancellationToken), world.Now);
        }
        catch (CloudException e)
        {
            return new([], world.Now) { Refusal = new(e.Fault, e.Message, e.Code, e.RetryAfter) };
        }
    }

    private async Task<IReadOnlyList<WorldObject?>> FoundAsync(IWorld world, CancellationToken cancellationToken)
    {
        switch (Kind)
        {
            case WorldCallKind.Describe:
                return [await world.DescribeAsync(Names[0], cancellationToken)];
            case WorldCallKind.DescribeMany:
                return await world.DescribeAsync(Names, cancellationToken);
            case WorldCallKind.Find:
                return await world.FindAsync(Labels, cancellationToken);
            case WorldCallKind.Create:
                await world.CreateAsync(Names[0], Labels, ReadyAfter, FailsAfter, FailureReason, Needs, cancellationToken, Content, Manner);
                return [];
            case WorldCallKind.Change:
                await world.ChangeAsync(Names[0], Content, ReadyAfter, Needs, cancellationToken);
                return [];
            case WorldCallKind.Delete:
                await world.DeleteAsync(Names[0], cancellationToken);
                return [];
            default:
                throw new InvalidOperationException($"{Kind} is no call.");
        }
    }
}

/// <param name="Now">When the answer was made, by the world's clock.</param>
public sealed record WorldAnswer(IReadOnlyList<WorldObject?> Found, DateTimeOffset Now)
{
    public WorldRefusal? Refusal { get; init; }
}

public sealed record WorldRefusal(CloudFault Fault, string Message, string? Code, TimeSpan? RetryAfter);
