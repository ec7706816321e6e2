using System.CommandLine;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationRunCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();

    private readonly Argument<string[]> command = new("-- COMMAND")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "the command with its arguments; options of cld stand before it",
    };

    public ApplicationRunCommand() : base("run", "run a command once, beside an application, with its image, variables and volumes")
    {
        Add(name);
        Add(command);
        Examples =
        [
            ("cld app run greetings -- python manage.py migrate", "exits as the command does; what it writes is written as it is"),
            ("cld app run greetings --detach -- sh -c 'rm -rf /data/cache'", "only start it"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.OperateAsync(
            () => invocation.Client.RunApplicationAsync(invocation.Required(name), new(invocation.Value(command)!), cancellationToken),
            cancellationToken);
}
