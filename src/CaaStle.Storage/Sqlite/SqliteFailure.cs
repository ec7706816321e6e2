using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CaaStle.Storage.Sqlite;

/// <summary>Says what went wrong with the file, why in the source's words, and what to do.</summary>
internal static class SqliteFailure
{
    public static StoreException Newer(string path, string? writtenBy, string migration) => new(
        StoreProblem.Newer,
        path,
        $"The state store {path} was written by a newer version of CaaStle ({writtenBy ?? "which it does not say"}; its schema has "
        + $"'{migration}'), and this is version {SqliteFile.ProductVersion}, which would damage it. Start that version or a later one; or, to "
        + "begin with an empty store, set CLD_HOME to another folder.");

    public static StoreException Corrupt(string path, string why, Exception? cause = null) => new(
        StoreProblem.Corrupt,
        path,
        $"The state store {path} cannot be read: {why}. Put a backup in its place; or rescue what is readable: "
        + $"sqlite3 '{path}' .recover | sqlite3 '{path}.recovered'",
        cause);

    public static StoreException AtOpening(string path, Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT or raw.SQLITE_ERROR } sqlite =>
            Corrupt(path, Reason(sqlite), sqlite),
        SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } => new(
            StoreProblem.Inaccessible,
            path,
            $"The state store {path} is in use by another process: {Reason(failure)}. See which: fuser -v '{path}'",
            failure),
        _ => new(
            StoreProblem.Inaccessible,
            path,
            $"The state store {path} cannot be opened for writing: {Reason(failure)}. Look at the disk and who owns the folder: "
            + $"df -h '{Path.GetDirectoryName(path)}'; ls -ld '{Path.GetDirectoryName(path)}'; or set CLD_HOME to another folder.",
            failure),
    };

    public static StoreException AtWriting(string path, Exception failure) => new(
        StoreProblem.WriteFailed,
        path,
        $"The state store {path} could not be written: {Reason(failure)}. Nothing of this change was kept. Look at the disk: "
        + $"df -h '{Path.GetDirectoryName(path)}'",
        failure);

    private static string Reason(Exception failure) => failure.GetBaseException().Message.TrimEnd('.');
}
