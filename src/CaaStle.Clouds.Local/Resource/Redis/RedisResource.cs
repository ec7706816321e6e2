using CaaStle.Abstractions;

namespace CaaStle.Clouds.Local.Resource.Redis;

internal sealed class RedisResource : IResourceType
{
    private const int Port = 6379;

    // The password reaches the server on its standard input, for a command line can be read by everybody on the machine.
    private const string StartCommand =
        """
        exec docker-entrypoint.sh redis-server - <<END
        requirepass $REDIS_PASSWORD
        appendonly yes
        END
        """;

    private const string ReadyCommand =
        """answer=$(redis-cli -h "$HOSTNAME" PING) && [ "$answer" = PONG ] || { echo "$answer"; exit 1; }""";

    public TypeDescriptor Descriptor { get; } = new(
        "redis",
        "A Redis server in a container, with its data in a volume.",
        [Database.Image("redis:7.0", "The image to run: any version of `redis`."), Database.AccessDescriptor],
        [
            new("Password", "The password that clients authenticate with.", Secret: true),
            new("Address", "The server's name on the environment's network."),
            new("Port", "The server's port on the environment's network."),
            Database.HostPortDescriptor,
            new("Url", "All of it: redis://default:password@address:port/0.", Secret: true),
        ]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var address = Database.AddressOf(request, Descriptor.Type);
        var password = plan.Password("password");

        new Database(
            Port,
            "/data",
            values => new Dictionary<string, Value> { ["REDIS_PASSWORD"] = values.Of(password) },
            ReadyCommand,
            values => new Dictionary<string, Value> { ["REDISCLI_AUTH"] = values.Of(password) })
        {
            Passwords = [password],
            Entrypoint = ["sh", "-c", StartCommand],
        }.Plan(request, Descriptor.Type, plan);

        plan.Output("Password", password, secret => secret);
        plan.Output("Url", password, secret => Value.Hidden($"redis://default:{secret.Reveal()}@{address}:{Port}/0"));
    }
}
