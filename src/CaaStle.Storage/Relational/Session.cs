using System.Data.Common;

namespace CaaStle.Storage.Relational;

/// <summary>One connection, for one caller at a time. Each statement is prepared once.</summary>
/// <param name="connection">Open; closed with the session.</param>
internal sealed class Session(DbConnection connection) : IAsyncDisposable
{
    private readonly Dictionary<string, DbCommand> commands = [];
    private DbTransaction? transaction;

    public async Task<DbTransaction> BeginAsync() => transaction = await connection.BeginTransactionAsync();

    public async Task<T?> FirstAsync<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params IEnumerable<(string Name, object? Value)> parameters)
        where T : class => (await ListAsync(sql, read, cancellationToken, parameters)) is [var first, ..] ? first : null;

    public async Task<IReadOnlyList<T>> ListAsync<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params IEnumerable<(string Name, object? Value)> parameters)
    {
        await using var rows = await Command(sql, parameters).ExecuteReaderAsync(cancellationToken);
        List<T> records = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            records.Add(read(rows));
        }

        return records;
    }

    /// <returns>How many rows are not what they were.</returns>
    public Task<int> WriteAsync(string sql, params IEnumerable<(string Name, object? Value)> parameters) =>
        Command(sql, parameters).ExecuteNonQueryAsync();

    /// <returns>The number that is found; null where there is none.</returns>
    public async Task<long?> NumberAsync(string sql, params IEnumerable<(string Name, object? Value)> parameters) =>
        (long?)await Command(sql, parameters).ExecuteScalarAsync();

    /// <returns>The number that the statement returns.</returns>
    public async Task<long> WriteNumberedAsync(string sql, IEnumerable<(string Name, object? Value)> parameters) =>
        (long)(await Command(sql, parameters).ExecuteScalarAsync())!;

    public async ValueTask DisposeAsync()
    {
        foreach (var command in commands.Values)
        {
            await command.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    private DbCommand Command(string sql, IEnumerable<(string Name, object? Value)> parameters)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Only texts of this folder.
            command.CommandText = sql;
#pragma warning restore CA2100
            commands.Add(sql, command);
        }

        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            if (!command.Parameters.Contains(name))
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                command.Parameters.Add(parameter);
            }

            command.Parameters[name].Value = value ?? DBNull.Value;
        }

        return command;
    }
}
