namespace CaaStle.Abstractions;

/// <summary>
/// Everything that is needed to create one cloud object, as an immutable record. It is kept as JSON in the journal, so later versions
/// may add properties but must go on reading what earlier versions wrote.
/// </summary>
public interface ICloudObjectSpec
{
    /// <summary>
    /// What the object is found by, decided before it is created: a name, or a token or tag that the cloud stores. Unique within the
    /// object's kind. Needs nothing that only the created object could tell.
    /// </summary>
    string Identity { get; }

    /// <summary>
    /// The account and region whose limits calls about the object count against, as <c>123456789012/eu-west-1</c>; empty where the cloud has
    /// the same for all. When it answers that there are too many calls, all who call there slow down.
    /// </summary>
    string RateLimitScope => "";

    /// <summary>Whether deleting the object loses the user's data; such objects are kept on request when all else is deleted.</summary>
    bool HoldsData => false;
}

/// <typeparam name="TState">
/// What reading the object yields; other specifications and outputs are computed from it. Each kind of object has a type of its own.
/// </typeparam>
public interface ICloudObjectSpec<TState> : ICloudObjectSpec;
