using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentTtlCommand : LeafCommand
{
    private const string Never = "never";

    private readonly NameArgument name = NameArgument.Environment();
    private readonly Argument<string> time = new("TIME") { Description = "from now on: 30m, 4h, 2d; or never" };

    public EnvironmentTtlCommand() : base("ttl", "say when an environment is deleted by itself")
    {
        Add(name);
        Add(time);
        Examples =
        [
            ("cld env ttl orders 4h", "in four hours, with the applications in it and all data"),
            ("cld env ttl orders never", "keep it until somebody deletes it"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var given = invocation.Required(time);
        TimeSpan? timeToLive = given == Never ? null : Duration.Parse(given);
        return invocation.Show(
            await invocation.Client.SetEnvironmentExpiryAsync(invocation.Required(name), timeToLive, cancellationToken),
            ApiJson.Default.ExpiryView,
            (expiry, output) => output.WriteLine(expiry.ExpiresAt is { } at
                ? $"environment/{expiry.Name} is deleted {Times.In(at, invocation.Context.Clock)}, with the applications and the data in it."
                : $"environment/{expiry.Name} stays until somebody deletes it."));
    }
}
