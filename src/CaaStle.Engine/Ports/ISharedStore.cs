using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Ports;

/// <summary>
/// A store that several servers use at once. Each operation that is under way is run by the one that has it: who accepted it, or who took
/// it when nobody who lives had it. What another appends to it is refused with <see cref="OperationTakenException"/>, in the transaction in
/// which it would be written; only the wish to cancel comes from anybody.
/// </summary>
public interface ISharedStore
{
    /// <summary>Takes the operation for this server, unless another that lives has it.</summary>
    /// <returns>Cancelled when it cannot be relied on any more that this server has it; null when another has it.</returns>
    Task<CancellationToken?> TakeAsync(string operationId, CancellationToken cancellationToken);

    /// <summary>The operations under way that nobody has who lives, oldest first.</summary>
    Task<IReadOnlyList<string>> ListFreeAsync(CancellationToken cancellationToken);

    /// <summary>The wishes to cancel what is under way, after a position, oldest first.</summary>
    Task<IReadOnlyList<JournalRecord>> ReadWishesAsync(long afterPosition, CancellationToken cancellationToken);
}

/// <summary>Another server runs the operation.</summary>
public sealed class OperationTakenException(string operationId) : Exception($"{operationId} has been taken up by another server.");
