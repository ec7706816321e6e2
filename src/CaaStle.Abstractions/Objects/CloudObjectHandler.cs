namespace CaaStle.Abstractions;

/// <summary>What a handler may know about the call that it is asked to make.</summary>
/// <param name="Marks">Labels that a created object must carry, and by which a read one is known to be ours.</param>
/// <param name="Log">Takes lines that the user should see while a long call runs, such as a build's output.</param>
/// <param name="Abandoned">
/// Cancelled when nobody wants the object any more. Only a call that takes long and that a later read and delete can clean up after
/// may heed it (a build, a pull); all others run to their answer, so that nothing is made after it was looked for.
/// </param>
public sealed record ObjectCall(Marks Marks, IProgress<string> Log, CancellationToken Abandoned);

/// <summary>
/// How one kind of cloud object lives. Each method is one short exchange with the cloud: no loop, no wait, no retry, no state; the
/// engine owns those. Every method may be called again at any time, after a crash in the middle of it included.
/// </summary>
public abstract class CloudObjectHandler<TSpec, TState> : ICloudObjectHandler
    where TSpec : class, ICloudObjectSpec<TState>
    where TState : class
{
    /// <inheritdoc/>
    public abstract string Kind { get; }

    /// <inheritdoc/>
    public virtual TimeSpan SettlesWithin => TimeSpan.Zero;

    /// <summary>Looks the object up by its identity and judges it. Throws <see cref="CloudException"/> where the cloud gave no answer.</summary>
    public abstract Task<Observation<TState>> ReadAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the cloud to make the object, and returns when the request is accepted. Called only after a read found it absent or in need
    /// of it (<see cref="Observation{TState}.NeedsCreate"/>).
    /// </summary>
    public abstract Task CreateAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken);

    /// <summary>
    /// Whether what was made by one specification can become what another says without being replaced. If so, reading by the new one finds
    /// what is not yet changed in need of creation, and <see cref="CreateAsync"/> changes it. Identities are equal. Asks no cloud.
    /// </summary>
    public virtual bool CanChange(TSpec from, TSpec to) => false;

    /// <summary>Asks the cloud to delete the object. Must succeed where it is gone already. Called only after a read found it ours.</summary>
    public abstract Task DeleteAsync(TSpec spec, ObjectCall call, CancellationToken cancellationToken);

    Type ICloudObjectHandler.SpecType => typeof(TSpec);

    Type ICloudObjectHandler.StateType => typeof(TState);

    async Task<Observation<object>> ICloudObjectHandler.ReadAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        (await ReadAsync((TSpec)spec, call, cancellationToken)).ToUntyped();

    Task ICloudObjectHandler.CreateAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        CreateAsync((TSpec)spec, call, cancellationToken);

    bool ICloudObjectHandler.CanChange(ICloudObjectSpec from, ICloudObjectSpec to) => CanChange((TSpec)from, (TSpec)to);

    Task ICloudObjectHandler.DeleteAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken) =>
        DeleteAsync((TSpec)spec, call, cancellationToken);
}

/// <summary>The engine's view of a handler. Extensions derive from <see cref="CloudObjectHandler{TSpec,TState}"/> instead.</summary>
public interface ICloudObjectHandler
{
    /// <summary>Names the kind in the journal, for ever: <c>cloud/object</c>, as <c>docker/container</c> or <c>rds/instance</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// How long after a create call without a known answer, or a delete call, the cloud's reads may still show the world before it.
    /// </summary>
    TimeSpan SettlesWithin { get; }

    Type SpecType { get; }

    Type StateType { get; }

    Task<Observation<object>> ReadAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken);

    Task CreateAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken);

    bool CanChange(ICloudObjectSpec from, ICloudObjectSpec to);

    Task DeleteAsync(ICloudObjectSpec spec, ObjectCall call, CancellationToken cancellationToken);
}
