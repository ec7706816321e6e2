using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>The specification of an object that is somewhere in AWS.</summary>
internal interface IPlacedSpec<TState> : ICloudObjectSpec<TState>
{
    AwsPlace At { get; }

    /// <summary>What AWS calls the object.</summary>
    string Name { get; }

    string ICloudObjectSpec.RateLimitScope => $"{At.Account}/{At.Region}";
}

/// <summary>A handler of which is known, before it calls anybody, what the user must be allowed to do.</summary>
internal interface INeedsPermission
{
    string Kind { get; }

    /// <summary>
    /// The names by which policies of IAM allow what it takes for an object to be made, looked at, changed and deleted, also where no call
    /// of ours has that name: what AWS does for the user, in the user's name.
    /// </summary>
    IReadOnlyList<string> Actions { get; }
}

/// <summary>How one kind of object of one of AWS's services lives.</summary>
internal abstract class AwsObjectHandler<TSpec, TState>(AwsAccess access, AwsService service)
    : CloudObjectHandler<TSpec, TState>, INeedsPermission
    where TSpec : class, IPlacedSpec<TState>
    where TState : class
{
    public abstract IReadOnlyList<string> Actions { get; }

    /// <summary>AWS's reads follow its writes after seconds.</summary>
    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(10);

    protected Task<AwsClient> ClientAsync(TSpec spec, CancellationToken cancellationToken) => ClientAsync(service, spec, cancellationToken);

    /// <summary>Of another service, which has a part in the object's life.</summary>
    protected Task<AwsClient> ClientAsync(AwsService other, TSpec spec, CancellationToken cancellationToken) =>
        access.OfAsync(other, spec.At, cancellationToken);

    /// <summary>What takes minutes need not be asked about each moment.</summary>
    protected static Observation<TState> Slowly(string word, TimeSpan askAgainAfter, TState? state = default) =>
        Observation.InProgress(word, state) with { AskAgainAfter = askAgainAfter };

    protected Observation<TState> Foreign(TSpec spec) =>
        Observation.Foreign<TState>($"a {Kind} named {spec.Name} that something else made");
}

/// <summary>Names that AWS does not keep for itself.</summary>
internal static class AwsNames
{
    /// <inheritdoc cref="Scope.ObjectName"/>
    /// <param name="reserved">What none may begin with.</param>
    public static string ObjectName(this Scope scope, string part, int maximumLength, string reserved)
    {
        var name = scope.ObjectName(part, maximumLength);
        return name.StartsWith(reserved, StringComparison.Ordinal)
            ? (scope with { Name = $"cld-{scope.Name}" }).ObjectName(part, maximumLength)
            : name;
    }
}

/// <summary>Our marks as AWS's tags. They carry the name too, where tools look for it.</summary>
internal static class AwsTags
{
    public const string NameTag = "Name";

    /// <summary>Keys of objects have it, and the values of tags must not.</summary>
    private const char Number = '#';

    private const char NumberInTags = '@';

    public static IReadOnlyDictionary<string, string> Of(Marks marks, string name) =>
        new Dictionary<string, string>(marks.ToLabels()) { [Marks.KeyLabel] = marks.Key.Replace(Number, NumberInTags), [NameTag] = name };

    /// <summary>Whether an object with these tags is ours.</summary>
    public static bool OwnsTags(this Marks marks, IReadOnlyDictionary<string, string>? tags) =>
        (marks with { Key = marks.Key.Replace(Number, NumberInTags) }).Owns(tags);

    public static string KeyIn(IReadOnlyDictionary<string, string> tags) =>
        tags.GetValueOrDefault(Marks.KeyLabel, "").Replace(NumberInTags, Number);

    /// <summary>For services that begin the names of members with capitals.</summary>
    public static IReadOnlyList<object> Capital(Marks marks, string name) => [.. Of(marks, name).Select(tag => new { tag.Key, tag.Value })];

    /// <summary>For services that do not.</summary>
    public static IReadOnlyList<object> Small(Marks marks, string name) =>
        [.. Of(marks, name).Select(tag => new { key = tag.Key, value = tag.Value })];
}

/// <summary>One tag in an answer in JSON, whichever way its members are written.</summary>
internal sealed record AwsTag(string Key, string Value)
{
    public static Dictionary<string, string> Read(IEnumerable<AwsTag>? tags) => (tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value);
}
