using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Resource.MySql;

/// <summary>MySQL or MariaDB, whose images understand the same environment variables.</summary>
internal sealed class MySqlResource : IResourceType
{
    private const int Port = 3306;

    // The two images name their client differently. It connects as applications do: over TCP, where no server listens as long as the
    // image is still preparing its data.
    private const string ReadyCommand =
        """exec "$(command -v mariadb || command -v mysql)" --connect-timeout=5 -h"$HOSTNAME" -u"$READY_USER" -D"$READY_DATABASE" -Nse 'SELECT 1'""";

    public TypeDescriptor Descriptor { get; } = new(
        "mysql",
        "A MySQL-compatible database in a container, with its data in a volume.",
        [
            Database.Image("mariadb:10.11", "The image to run: any version of `mariadb` or `mysql`."),
            Database.Identifier(Database.DatabaseOption, "testdb", "The database that is made."),
            Database.Identifier(Database.UserOption, "testuser", "The user that is made, who may do everything in the database.") with
            {
                // The images refuse to make the root user a second time.
                Pattern = "^(?![Rr][Oo][Oo][Tt]$)[A-Za-z_][A-Za-z0-9_]{0,31}$",
                PatternMeaning = "a letter or underscore, then letters, digits and underscores, at most 32 in all, and not root",
            },
            Database.AccessDescriptor,
        ],
        [
            new("Username", "The user who may do everything in the database."),
            new("Password", "That user's password.", Secret: true),
            new("Root_Password", "The password of the user root.", Secret: true),
            new("DBName", "The database."),
            new("DBHOST", "The same as Address."),
            new("Address", "The server's name on the environment's network."),
            new("Port", "The server's port on the environment's network."),
            Database.HostPortDescriptor,
            new("Url", "All of it: mysql://user:password@address:port/database.", Secret: true),
        ]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var user = request.Options.Text(Database.UserOption);
        var database = request.Options.Text(Database.DatabaseOption);
        var address = Database.AddressOf(request, Descriptor.Type);
        var password = plan.Password("password");
        var rootPassword = plan.Password("root-password");

        new Database(
            Port,
            "/var/lib/mysql",
            values => new Dictionary<string, Value>
            {
                ["MYSQL_ROOT_PASSWORD"] = values.Of(rootPassword),
                ["MYSQL_DATABASE"] = database,
                ["MYSQL_USER"] = user,
                ["MYSQL_PASSWORD"] = values.Of(password),
            },
            ReadyCommand,
            values => new Dictionary<string, Value>
            {
                ["MYSQL_PWD"] = values.Of(password),
                ["READY_USER"] = user,
                ["READY_DATABASE"] = database,
            })
        {
            Passwords = [password, rootPassword],
        }.Plan(request, Descriptor.Type, plan);

        plan.Output("Username", user);
        plan.Output("Password", password, secret => secret);
        plan.Output("Root_Password", rootPassword, secret => secret);
        plan.Output("DBName", database);
        plan.Output("DBHOST", address);
        plan.Output("Url", password, secret => Value.Hidden($"mysql://{user}:{secret.Reveal()}@{address}:{Port}/{database}"));
    }
}
