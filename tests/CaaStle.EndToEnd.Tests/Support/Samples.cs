namespace CaaStle.EndToEnd.Tests.Support;

internal static class Samples
{
    /// <summary>An image that no machine has, of a registry that never answers.</summary>
    public const string AbsentImage = "127.0.0.1:9/caastle/absent:1";

    public const string NoResources = """
        environment:
          app_deployment:
            target: local
            type: local-docker
        """;

    public const string Redis = """
        environment:
          app_deployment:
            target: local
            type: local-docker
          resources:
            local:
              - resource:
                  type: redis
        """;

    public static string TwoRedis(string one, string other) => $"""
        {Redis}
                  name: {one}
              - resource:
                  type: redis
                  name: {other}
        """;

    public const string MySql = """
        environment:
          app_deployment:
            target: local
            type: local-docker
          resources:
            local:
              - resource:
                  type: mysql
                  configuration:
                    image: mariadb:10.11
                    dbname: orders
        """;

    /// <summary>What is there can become ready before the other fails.</summary>
    public const string RedisAndAbsentImage = $"""
        environment:
          app_deployment:
            target: local
            type: local-docker
          resources:
            local:
              - resource:
                  type: redis
                  name: fine
              - resource:
                  type: redis
                  name: broken
                  configuration:
                    image: {AbsentImage}
        """;

    public const string RedisAnswer = "+OK\r\n+PONG\r\n";

    /// <summary>Answers every request with what Redis says to the bound password and a PING.</summary>
    public static readonly string AsksRedis = Perl(
        """do { my $redis = IO::Socket::INET->new(PeerAddr => $ENV{REDIS}); print $redis "AUTH $ENV{PASSWORD}\r\nPING\r\n"; <$redis> . <$redis> }""",
        "REDIS: $CAASTLE_REDIS_Address:$CAASTLE_REDIS_Port",
        "PASSWORD: $CAASTLE_REDIS_Password");

    /// <summary>Answers every request with the text on a line of its own.</summary>
    public static string Says(string text) => Perl("""$ENV{TEXT} . "\n" """, $"TEXT: {text}");

    public const string LastWords = "the heap is exhausted";

    /// <summary>Answers every request, until the file /crash is in its container: then it ends by the next one.</summary>
    public static readonly string CrashesOnDemand = Perl($$"""unlink("/crash") ? do { warn "{{LastWords}}\n"; exit 3 } : "alive\n" """, "NOTHING: ''");

    /// <summary>Listens only in its second life, whoever started that.</summary>
    public static string ListensWhenStartedAgain(string text) => Says(text)
        .Replace("health: /", "health: {path: /, start_period: 10m}")
        .Replace("my $server", "unless (-e '/before') { open(my $file, '>', '/before'); close $file; sleep 600 }\n      my $server");

    /// <summary>Answers every request with what the expression gives. Needs no image but Debian's.</summary>
    /// <param name="variables">Lines below <c>env:</c>.</param>
    private static string Perl(string expression, params string[] variables) => $$"""
        app:
          image: debian:bookworm-slim
          container_port: 8080
          health: /
          env:
            {{string.Join("\n    ", variables)}}
          command:
            - perl
            - -MIO::Socket::INET
            - -e
            - |
              $SIG{TERM} = sub { exit };
              my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
              while (my $client = $server->accept) {
                while (my $line = <$client>) { last if $line =~ /^\r?\n$/ }
                my $answer = {{expression}};
                print $client "HTTP/1.0 200 OK\r\n\r\n$answer";
                close $client;
              }
        """;

    /// <summary>An application of Debian's shell.</summary>
    /// <param name="more">Further lines, below <c>app:</c>.</param>
    public static string Shell(string script, params string[] more) => $"""
        app:
          image: debian:bookworm-slim
          container_port: 8080
          command: [sh, -c, '{script}']
          {string.Join("\n  ", more)}
        """;
}
