using System.CommandLine;

namespace CaaStle.Cli.Commands.Container;

internal sealed class ContainerCreateCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.New("name for the container");
    private readonly NameArgument registry = new("REGISTRY", NameOf.Registry, "where its image goes: local, ecr, ...");
    private readonly Option<string> context = SharedOptions.BuildContext();
    private readonly Option<string> file = new("--file", "-f") { HelpName = "DOCKERFILE", Description = "path within the context (default: Dockerfile)" };
    private readonly Option<string> region = new("--region") { HelpName = "REGION", Description = "where the registry is (default: the profile's)" };
    private readonly Option<string> profile = new("--profile") { HelpName = "PROFILE", Description = "whose credentials are used there" };
    private readonly Option<string> project = new("--project-id") { HelpName = "ID", Description = "Google Cloud project; for old scripts", Hidden = true };

    public ContainerCreateCommand() : base("create", "build a container from a directory with a Dockerfile")
    {
        Add(name);
        Add(registry);
        Add(context);
        Add(file);
        Add(region);
        Add(profile);
        Add(project);
        Examples =
        [
            ("cld container create greetings local", "build this directory"),
            ("cld container create greetings local --context app --file build/Dockerfile", "build another one"),
            ("cld container create greetings ecr --region us-west-2", "build it and push it to AWS"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) => Build.RunAsync(
        invocation,
        invocation.Value(context),
        invocation.Value(file) ?? Build.DefaultDockerfile,
        (build, content) => invocation.Client.CreateContainerAsync(
            invocation.Required(name),
            invocation.Required(registry),
            build.Dockerfile,
            invocation.Value(region),
            invocation.Value(profile),
            content,
            cancellationToken),
        cancellationToken);
}
