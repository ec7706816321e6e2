namespace CaaStle.Engine.Journal;

/// <summary>What the user asked for, where the kind of operation does not tell. Kept in the store, so words stay for ever.</summary>
public static class OperationAction
{
    public const string Redeploy = "redeploy";
    public const string RollBack = "rollback";
    public const string Scale = "scale";
    public const string Restart = "restart";
    public const string Stop = "stop";
    public const string Start = "start";
    public const string Pause = "pause";
    public const string Resume = "resume";

    /// <summary>An environment or a container by another definition.</summary>
    public const string Update = "update";

    /// <summary>What is missing, changed or broken is brought back to what the record says.</summary>
    public const string Repair = "repair";

    /// <summary>What is missing is forgotten.</summary>
    public const string Accept = "accept";
}
