namespace CaaStle.Api;

/// <summary>How everything that is recorded of an environment and its applications is in its cloud.</summary>
public sealed record DriftView(string Environment, IReadOnlyList<ObjectDriftView> Objects);

/// <param name="Subject"><c>environment/orders</c>, <c>application/shop</c>.</param>
/// <param name="State">ready (as recorded), missing, broken, changed or unknown.</param>
/// <param name="Detail">The cloud's word for how it is, or why it cannot be told.</param>
/// <param name="LastLog">Its last log lines where it is broken.</param>
public sealed record ObjectDriftView(
    string Subject, string Key, string Kind, string Identity, string State, string Detail, IReadOnlyList<string> LastLog, bool HoldsData)
{
    public const string Ready = "ready";
    public const string Missing = "missing";
    public const string Broken = "broken";
    public const string Changed = "changed";
    public const string Unknown = "unknown";
}
