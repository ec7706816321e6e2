using System.CommandLine;

namespace CaaStle.Cli.Commands.Container;

internal sealed class ContainerUpdateCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Container();
    private readonly Option<string> context = SharedOptions.BuildContext();
    private readonly Option<string> file = new("--file", "-f") { HelpName = "DOCKERFILE", Description = "path within the context (default: that of before)" };

    public ContainerUpdateCommand() : base("update", "build a container anew; applications take it when they are redeployed")
    {
        Add(name);
        Add(context);
        Add(file);
        Examples =
        [
            ("cld container update greetings", "from this directory"),
            ("cld container update greetings --context app", "then: cld app redeploy greetings"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var container = invocation.Required(name);
        var dockerfile = invocation.Value(file) ?? (await invocation.Client.GetContainerAsync(container, cancellationToken)).Dockerfile;
        return await Build.RunAsync(
            invocation,
            invocation.Value(context),
            dockerfile,
            (build, content) => invocation.Client.UpdateContainerAsync(container, build.Dockerfile, content, cancellationToken),
            cancellationToken);
    }
}
