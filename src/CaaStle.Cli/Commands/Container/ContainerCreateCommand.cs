using System.CommandLine;
using CaaStle.Cli.BuildContext;

namespace CaaStle.Cli.Commands.Container;

internal sealed class ContainerCreateCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.New("name for the container");
    private readonly NameArgument registry = new("REGISTRY", NameOf.Registry, "where its image goes: local, ...");
    private readonly Option<string> context = new("--context") { HelpName = "DIR", Description = "the build context (default: this directory)" };
    private readonly Option<string> file = new("--file", "-f") { HelpName = "DOCKERFILE", Description = "path within the context (default: Dockerfile)" };
    private readonly Option<string> project = new("--project-id") { HelpName = "ID", Description = "Google Cloud project; for old scripts", Hidden = true };

    public ContainerCreateCommand() : base("create", "build a container from a directory with a Dockerfile")
    {
        Add(name);
        Add(registry);
        Add(context);
        Add(file);
        Add(project);
        Examples =
        [
            ("cld container create greetings local", "build this directory"),
            ("cld container create greetings local --context app --file build/Dockerfile", "build another one"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var directory = invocation.Context.FullPath(invocation.Value(context) ?? ".");
        var build = ContextDirectory.Open(directory, invocation.Value(file) ?? "Dockerfile");
        var progress = new UploadProgress(invocation);
        return await invocation.OperateAsync(
            async () =>
            {
                using var content = new ContextContent(build, progress.Report, cancellationToken);
                try
                {
                    return await invocation.Client.CreateContainerAsync(
                        invocation.Required(name), invocation.Required(registry), build.Dockerfile, content, cancellationToken);
                }
                finally
                {
                    progress.End();
                }
            },
            cancellationToken);
    }
}
