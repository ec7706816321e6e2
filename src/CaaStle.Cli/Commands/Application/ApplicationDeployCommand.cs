using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Application;

internal sealed class ApplicationDeployCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.New("name for the application");
    private readonly NameArgument environment = NameArgument.Environment("ENV");
    private readonly NameArgument file = NameArgument.File("its definition, a YAML file");
    private readonly Option<bool> redeploy = new("--redeploy") { Description = "if there is an application of that name, redeploy it" };
    private readonly Option<bool> noRollback = SharedOptions.NoRollback();

    public ApplicationDeployCommand() : base("deploy", "deploy an application into an environment")
    {
        Add(name);
        Add(environment);
        Add(file);
        Add(redeploy);
        Add(noRollback);
        Examples =
        [
            ("cld app deploy greetings orders application.yaml", "ends with the URL, once it answers"),
            ("cld app deploy greetings orders application.yaml --redeploy", "whether it is there already or not, for a script"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var path = invocation.Required(file);
        var request = new ApplicationDeployRequest(
            invocation.Required(name), invocation.Required(environment), invocation.ReadFile(path), path, invocation.Value(noRollback));
        var built = await ApplicationBuilds.MakeAsync(invocation, request.Name, request.Definition, path, cancellationToken);
        if (built != ExitCode.Ok)
            return built;
        var redeploys = invocation.Value(redeploy);
        try
        {
            return await invocation.OperateAsync(DeployAsync, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Cancelled;
        }

        async Task<OperationView> DeployAsync()
        {
            try
            {
                return await invocation.Client.DeployApplicationAsync(request, cancellationToken);
            }
            catch (ProblemException e) when (e.Problem.Code == ProblemCodes.AlreadyExists)
            {
                redeploys = redeploys || await AskAsync(invocation, request, e.Problem, cancellationToken);
                return await invocation.Client.RedeployApplicationAsync(
                    request.Name, new(request.Definition, request.FileName, request.Environment, request.NoRollback), cancellationToken);
            }
        }
    }

    /// <exception cref="OperationCanceledException">No.</exception>
    private static async Task<bool> AskAsync(
        Invocation invocation, ApplicationDeployRequest request, Problem problem, CancellationToken cancellationToken)
    {
        var existing = await invocation.Client.GetApplicationAsync(request.Name, reveal: false, now: false, cancellationToken);
        if (existing.Environment != request.Environment)
            throw new ProblemException(problem with { Title = $"application/{request.Name} exists already, in environment {existing.Environment}." });
        if (!invocation.CanAsk)
        {
            throw new ProblemException(problem with
            {
                Detail = "Add --redeploy to redeploy it, or take another name.",
                Next = [$"{invocation.CommandLine} --redeploy", .. problem.Next],
            });
        }

        var question = $"application/{request.Name} exists already ({existing.Status}, revision {existing.Revision}). Redeploy it?";
        return await invocation.ConfirmAsync(question, null, cancellationToken) ? true : throw new OperationCanceledException();
    }
}
