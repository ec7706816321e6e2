using System.Diagnostics;
using CaaStle.Storage.Postgres;
using Npgsql;

namespace CaaStle.Storage.Tests.Postgres;

/// <summary>
/// A PostgreSQL server of the tests' own, in a folder of its own, reached by a socket in it. A shell keeps it, as a user who is not root,
/// and takes it away when it is told to or the tests' process ends, however that ends.
/// </summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private const string Keeper = """
        set -eu
        bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
        PATH=${bin:+$bin:}$PATH
        folder=$(mktemp -d /tmp/caastle-postgres-XXXXXX)
        trap 'pg_ctl -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
        trap 'exit 1' HUP INT TERM
        initdb -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US -N >"$folder/log" 2>&1 ||
          { cat "$folder/log"; exit 1; }
        cat >>"$folder/data/postgresql.conf" <<end
        listen_addresses = ''
        unix_socket_directories = '$folder'
        max_connections = 200
        shared_buffers = 32MB
        fsync = $1
        end
        start() { pg_ctl -D "$folder/data" -l "$folder/log" -w -t 300 start >/dev/null || { cat "$folder/log"; exit 1; }; }
        start
        echo "$folder"
        while read -r command; do
          case $command in
            restart) pg_ctl -D "$folder/data" -m immediate -w -t 300 stop >/dev/null; start ;;
          esac
          echo "$command"
        done
        """;

    private Process keeper = null!;
    private string folder = "";
    private int databases;

    /// <summary>Waits for the disk; only a loss of power could tell.</summary>
    public bool IsDurable { get; init; }

    /// <summary>Where its socket is.</summary>
    public string Folder => folder;

    public async ValueTask InitializeAsync()
    {
        string[] command = ["sh", "-c", Keeper, "keeper", IsDurable ? "on" : "off"];
        if (Environment.IsPrivilegedProcess)
        {
            var user = (await File.ReadAllLinesAsync("/etc/passwd")).Any(line => line.StartsWith("postgres:", StringComparison.Ordinal))
                ? "postgres"
                : "nobody";
            command = ["setpriv", $"--reuid={user}", "--clear-groups", .. command];
        }

        keeper = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        })!;
        folder = await keeper.StandardOutput.ReadLineAsync() ?? "";
        Assert.True(
            folder.StartsWith('/'), $"PostgreSQL did not start (eng/postgres installs it): {folder} {await RestIfEndedAsync(folder)}");
    }

    /// <summary>The address of a new database.</summary>
    public async Task<string> CreateAsync()
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        await ExecuteAsync(AddressOf("postgres"), $"CREATE DATABASE {name}");
        return AddressOf(name);
    }

    /// <summary>Ends all processes at once, as a crash does, and starts the server again.</summary>
    public async Task RestartAsync()
    {
        await keeper.StandardInput.WriteLineAsync("restart");
        Assert.Equal("restart", await keeper.StandardOutput.ReadLineAsync());
    }

    /// <summary>What the statement gives, as text.</summary>
    public static async Task<string?> ExecuteAsync(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(PostgresAddress.Parse(address).Settings.ConnectionString) { Pooling = false }
                .ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The tests' own text.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        keeper.StandardInput.Close();
        await keeper.WaitForExitAsync();
        keeper.Dispose();
    }

    private string AddressOf(string database) => $"postgres:///{database}?host={folder}&username=postgres";

    private async Task<string> RestIfEndedAsync(string line) => line.StartsWith('/') ? "" : await keeper.StandardOutput.ReadToEndAsync();
}
