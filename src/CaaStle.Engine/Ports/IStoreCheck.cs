namespace CaaStle.Engine.Ports;

/// <summary>A store that can look for damage in itself.</summary>
public interface IStoreCheck
{
    Task<StoreReport> CheckAsync(CancellationToken cancellationToken);
}

/// <param name="Place">Where the store is.</param>
/// <param name="Schema">Which version of its schema it has.</param>
/// <param name="Damage">What is damaged, in the store's own words; empty when nothing is.</param>
/// <param name="Rescue">The command that saves what can be read.</param>
public sealed record StoreReport(string Place, string Schema, IReadOnlyList<string> Damage, string Rescue);
