using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Resource.Postgres;

internal sealed class PostgresResource : IResourceType
{
    private const int Port = 5432;
    private const string DataPath = "/var/lib/postgresql/data";

    // By the container's own address rather than 127.0.0.1, which the image trusts without a password.
    private const string ReadyCommand =
        """exec psql --no-psqlrc --no-password -h "$HOSTNAME" -U "$READY_USER" -d "$READY_DATABASE" -tAc 'SELECT 1'""";

    public TypeDescriptor Descriptor { get; } = new(
        "postgres",
        "A PostgreSQL database in a container, with its data in a volume.",
        [
            Database.Image("postgres:15", "The image to run: any version of `postgres`."),
            Database.Identifier(Database.DatabaseOption, "testdb", "The database that is made."),
            Database.Identifier(Database.UserOption, "testuser", "The user that is made, who may do everything."),
            Database.AccessDescriptor,
        ],
        [
            new("Username", "The user who may do everything."),
            new("Password", "That user's password.", Secret: true),
            new("DBName", "The database."),
            new("DBHOST", "The same as Address."),
            new("Address", "The server's name on the environment's network."),
            new("Port", "The server's port on the environment's network."),
            Database.HostPortDescriptor,
            new("Url", "All of it: postgresql://user:password@address:port/database.", Secret: true),
        ]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var user = request.Options.Text(Database.UserOption);
        var database = request.Options.Text(Database.DatabaseOption);
        var address = Database.AddressOf(request, Descriptor.Type);
        var password = plan.Password("password");

        new Database(
            Port,
            DataPath,
            values => new Dictionary<string, Value>
            {
                ["POSTGRES_USER"] = user,
                ["POSTGRES_PASSWORD"] = values.Of(password),
                ["POSTGRES_DB"] = database,
                ["PGDATA"] = DataPath,
            },
            ReadyCommand,
            values => new Dictionary<string, Value>
            {
                ["PGPASSWORD"] = values.Of(password),
                ["PGCONNECT_TIMEOUT"] = 5,
                ["READY_USER"] = user,
                ["READY_DATABASE"] = database,
            })
        {
            Passwords = [password],
        }.Plan(request, Descriptor.Type, plan);

        plan.Output("Username", user);
        plan.Output("Password", password, secret => secret);
        plan.Output("DBName", database);
        plan.Output("DBHOST", address);
        plan.Output("Url", password, secret => Value.Hidden($"postgresql://{user}:{secret.Reveal()}@{address}:{Port}/{database}"));
    }
}
