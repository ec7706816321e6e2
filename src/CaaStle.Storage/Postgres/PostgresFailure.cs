using Npgsql;

namespace CaaStle.Storage.Postgres;

/// <summary>Says what went wrong with the database, why in its own words, and what to do.</summary>
internal static class PostgresFailure
{
    /// <summary>Whether the connection is gone, or there was none.</summary>
    public static bool IsUnreachable(Exception failure) => failure switch
    {
        PostgresException answer => answer.InvariantSeverity is "FATAL" or "PANIC",
        NpgsqlException => true,
        _ => false,
    };

    public static StoreException Newer(PostgresAddress address, string? writtenBy, string migration, string version) => new(
        StoreProblem.Newer,
        address.Text,
        $"The state store {address} was written by a newer version of CaaStle ({writtenBy ?? "which it does not say"}; its schema has "
        + $"'{migration}'), and this is version {version}, which would damage it. Start that version or a later one; or give another database "
        + "with CLD_STORE.");

    public static StoreException AtOpening(PostgresAddress address, Exception failure) => new(
        StoreProblem.Inaccessible,
        address.Text,
        $"The state store {address} cannot be opened: {Reason(failure)}. Try: psql '{address}' -c 'SELECT 1'",
        failure);

    public static StoreException AtWork(PostgresAddress address, Exception failure) => new(
        StoreProblem.WriteFailed,
        address.Text,
        $"The state store {address} does not do what was asked: {Reason(failure)}. Nothing was changed. Try: psql '{address}' -c 'SELECT 1'",
        failure);

    public static StoreException Unknown(PostgresAddress address, Exception failure) => new(
        StoreProblem.OutcomeUnknown,
        address.Text,
        $"The state store {address} did not say whether it took a change, and the server ends before that is known: {Reason(failure)}. "
        + "The next start reads what is there.",
        failure);

    private static string Reason(Exception failure) => failure.GetBaseException().Message.TrimEnd('.');
}
