namespace CaaStle.Storage;

public enum StoreProblem
{
    /// <summary>The store was written by a later version of CaaStle.</summary>
    Newer,

    /// <summary>The file is not a store, or is damaged.</summary>
    Corrupt,

    /// <summary>The file or its folder cannot be made, opened or written.</summary>
    Inaccessible,

    /// <summary>The store was open, and writing to it failed: a full disk, for one. Nothing of the write is there.</summary>
    WriteFailed,

    /// <summary>The store was closed before it could be found out whether a write took place.</summary>
    OutcomeUnknown,
}

/// <summary>The state store cannot be used. The message says which, why, and what to do.</summary>
public sealed class StoreException(StoreProblem problem, string path, string message, Exception? cause = null) : Exception(message, cause)
{
    public StoreProblem Problem => problem;

    /// <summary>The store's file, or the address of its database.</summary>
    public string Path => path;
}
