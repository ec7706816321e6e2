using CaaStle.Abstractions;
using CaaStle.Api;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Server.Endpoints.Views;

/// <summary>The one place where a stored value becomes text to be shown.</summary>
/// <param name="vault">Shows secrets in the clear; null to mask them.</param>
internal sealed class OutputViews(ISecretVault? vault)
{
    public static readonly OutputViews Masked = new(null);

    /// <summary>The outputs of one part; empty where it has none, or where what offered them is missing.</summary>
    public IReadOnlyList<OutputView> Of(SubjectRecord subject, string part) =>
        subject.Outputs.TryGetValue(part, out var values) && !subject.HasForgotten(part) ? Of(values) : [];

    public IReadOnlyList<OutputGroup> Groups(IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> outputs) =>
        [.. outputs.OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new OutputGroup(group.Key, Of(group.Value)))];

    private List<OutputView> Of(IReadOnlyDictionary<string, StoredValue> values) =>
        [.. values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new OutputView(pair.Key, Text(pair.Value), pair.Value.Secret))];

    private string Text(StoredValue value) => (value.Secret, vault) switch
    {
        (false, _) => value.Text,
        (true, null) => Secret.Mask,
        (true, _) => vault.Unprotect(value.Text),
    };
}
