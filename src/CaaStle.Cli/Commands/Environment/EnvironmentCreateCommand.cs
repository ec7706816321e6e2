using System.CommandLine;
using CaaStle.Api;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentCreateCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.New("name for the environment");
    private readonly NameArgument file = NameArgument.File("its definition, a YAML file");
    private readonly Option<bool> noRollback = new("--no-rollback") { Description = "if the creation fails, keep what was made" };
    private readonly Option<string> timeToLive = SharedOptions.TimeToLive();
    private readonly Option<string> project = new("--project-id") { HelpName = "ID", Description = "Google Cloud project; for old scripts", Hidden = true };

    public EnvironmentCreateCommand() : base("create", "create an environment from its definition")
    {
        Add(name);
        Add(file);
        Add(noRollback);
        Add(timeToLive);
        Add(project);
        Examples =
        [
            ("cld env create orders environment.yaml", "create it and watch"),
            ("cld env create orders environment.yaml --detach", "return at once; cld op watch shows how it goes"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var path = invocation.Required(file);
        var request = new EnvironmentCreateRequest(
            invocation.Required(name),
            invocation.ReadFile(path),
            path,
            invocation.Value(noRollback),
            SharedOptions.Seconds(invocation.Value(timeToLive)));
        return invocation.OperateAsync(() => invocation.Client.CreateEnvironmentAsync(request, cancellationToken), cancellationToken);
    }
}
