using System.CommandLine;
using CaaStle.Api;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationDeployCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.New("name for the application");
    private readonly NameArgument environment = NameArgument.Environment("ENV");
    private readonly NameArgument file = NameArgument.File("its definition, a YAML file");
    private readonly Option<bool> noRollback = new("--no-rollback") { Description = "if the deployment fails, keep what was made" };

    public ApplicationDeployCommand() : base("deploy", "deploy an application into an environment")
    {
        Add(name);
        Add(environment);
        Add(file);
        Add(noRollback);
        Examples =
        [
            ("cld app deploy greetings orders application.yaml", "ends with the URL, once it answers"),
            ("cld app deploy greetings orders application.yaml -o json", "prints how it ended as JSON"),
        ];
    }

    public override Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var path = invocation.Required(file);
        var request = new ApplicationDeployRequest(
            invocation.Required(name), invocation.Required(environment), invocation.ReadFile(path), path, invocation.Value(noRollback));
        return invocation.OperateAsync(() => invocation.Client.DeployApplicationAsync(request, cancellationToken), cancellationToken);
    }
}
