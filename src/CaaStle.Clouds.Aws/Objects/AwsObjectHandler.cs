using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Api;

namespace CaaStle.Clouds.Aws.Objects;

/// <summary>The specification of an object that is somewhere in AWS.</summary>
internal interface IPlacedSpec<TState> : ICloudObjectSpec<TState>
{
    AwsPlace At { get; }

    /// <summary>What AWS calls the object.</summary>
    string Name { get; }
}

/// <summary>How one kind of object of one of AWS's services lives.</summary>
internal abstract class AwsObjectHandler<TSpec, TState>(AwsAccess access, AwsService service) : CloudObjectHandler<TSpec, TState>
    where TSpec : class, IPlacedSpec<TState>
    where TState : class
{
    /// <summary>AWS's reads follow its writes after seconds.</summary>
    public override TimeSpan SettlesWithin => TimeSpan.FromSeconds(10);

    protected Task<AwsClient> ClientAsync(TSpec spec, CancellationToken cancellationToken) => access.OfAsync(service, spec.At, cancellationToken);

    protected Observation<TState> Foreign(TSpec spec) => Observation.Foreign<TState>($"a {Kind} named {spec.Name} that something else made");
}

/// <summary>Our marks as AWS's tags. They carry the name too, where tools look for it.</summary>
internal static class AwsTags
{
    public const string NameTag = "Name";

    public static IReadOnlyDictionary<string, string> Of(Marks marks, string name) =>
        new Dictionary<string, string>(marks.ToLabels()) { [NameTag] = name };

    /// <summary>For services that begin the names of members with capitals.</summary>
    public static IReadOnlyList<object> Capital(Marks marks, string name) => [.. Of(marks, name).Select(tag => new { tag.Key, tag.Value })];

    /// <summary>For services that do not.</summary>
    public static IReadOnlyList<object> Small(Marks marks, string name) => [.. Of(marks, name).Select(tag => new { key = tag.Key, value = tag.Value })];
}

/// <summary>One tag in an answer in JSON, whichever way its members are written.</summary>
internal sealed record AwsTag(string Key, string Value)
{
    public static Dictionary<string, string> Read(IEnumerable<AwsTag>? tags) => (tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value);
}
