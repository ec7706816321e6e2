using System.Globalization;
using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests.Rounds;

/// <summary>Draws what a user does next with an environment and an application of the simulated cloud.</summary>
internal sealed class RandomCommands(Installation installation, Random random, string environment, string application)
{
    private int files;

    public string Environment => environment;

    public string Application => application;

    public string[] Next(bool hasEnvironment, bool hasApplication)
    {
        var chance = random.Next(100);
        return (hasEnvironment, hasApplication) switch
        {
            (false, _) => ["env", "create", environment, EnvironmentFile()],
            (true, false) when chance < 50 => ["app", "deploy", application, environment, ApplicationFile()],
            (_, true) when chance < 20 => ["app", "redeploy", application, ApplicationFile()],
            (_, true) when chance < 35 => ["app", "scale", application, Number(1, 4)],
            (_, true) when chance < 45 => ["app", "restart", application],
            (_, true) when chance < 60 => ["app", "delete", application],
            _ when chance < 80 => ["env", "update", environment, EnvironmentFile(), "--confirm", environment],
            _ => ["env", "delete", environment, "--force"],
        };
    }

    private string EnvironmentFile()
    {
        string[] names = ["orders", "users", "items"];
        random.Shuffle(names);
        return installation.Write($"{environment}-{++files}.yaml", $"""
            environment:
              app_deployment:
                target: simulated
                ready_after: 0.1
              resources:
                simulated:
            {string.Join('\n', names[..random.Next(1, 4)].Select(Database))}
            """);
    }

    private string Database(string name)
    {
        var chance = random.Next(100);
        string[] life = chance < 7 ? ["refused: this quota is exhausted"]
            : chance < 14 ? ["ready_after: 60", "fails_after: 0.2"]
            : [$"ready_after: {Seconds(6)}"];
        return $"""
                  - resource:
                      type: database
                      name: {name}
                      configuration:
                        version: {Number(1, 4)}
                        size: {Number(1, 4)}
                        deletion_takes: {Seconds(3)}
                        {string.Join("\n            ", life)}
            """;
    }

    private string ApplicationFile() => installation.Write($"{application}-{++files}.yaml", $"""
        app:
          image: shop:{Number(1, 4)}
          container_port: 8080
          replicas: {Number(1, 4)}
          env:
            SIMULATED_READY_AFTER: "{Seconds(5)}"
            {(random.Next(100) < 15 ? "SIMULATED_FAILS_AFTER: \"0\"" : "FINE: yes please")}
        """);

    private string Number(int from, int before) => random.Next(from, before).ToString(CultureInfo.InvariantCulture);

    private string Seconds(int mostTenths) => (random.Next(mostTenths + 1) / 10.0).ToString(CultureInfo.InvariantCulture);
}
