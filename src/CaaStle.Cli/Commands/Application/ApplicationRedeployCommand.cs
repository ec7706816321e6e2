using System.CommandLine;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationRedeployCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Application();

    private readonly NameArgument file = new("FILE", NameOf.File, "its new definition; without one the same is deployed, with images as they are now")
    {
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> noRollback = SharedOptions.NoRollback();

    public ApplicationRedeployCommand() : base("redeploy", "replace an application by its next revision, once that is healthy")
    {
        Add(name);
        Add(file);
        Add(noRollback);
        Examples =
        [
            ("cld app redeploy greetings application.yaml", "by a new definition"),
            ("cld app redeploy greetings", "by the same, for instance when its container was built anew"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var path = invocation.Value(file);
        var definition = path is null ? null : invocation.ReadFile(path);
        var built = path is null
            ? ExitCode.Ok
            : await ApplicationBuilds.MakeAsync(invocation, invocation.Required(name), definition!, path, cancellationToken);
        return built != ExitCode.Ok ? built : await invocation.OperateAsync(
            () => invocation.Client.RedeployApplicationAsync(
                invocation.Required(name), new(definition, path, NoRollback: invocation.Value(noRollback)), cancellationToken),
            cancellationToken);
    }
}
