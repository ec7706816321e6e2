using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Tools;

internal sealed class ValidateCommand : LeafCommand
{
    private readonly NameArgument file = NameArgument.File("a definition of an environment or an application");
    private readonly Option<string> kind = new("--kind") { HelpName = "KIND", Description = "environment or application (default: as the file looks)" };

    public ValidateCommand() : base("validate", "check a definition and list everything that is wrong with it")
    {
        Section = Sections.Tools;
        kind.AcceptOnlyFromAmong("environment", "application");
        Add(file);
        Add(kind);
        Examples = [("cld validate environment.yaml", "exits with 2 when there are mistakes"), ("cld validate app.yaml --kind application", "say what it is meant to be")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var path = invocation.Required(file);
        var result = await invocation.Client.ValidateAsync(
            new ValidateRequest(invocation.ReadFile(path), path, invocation.Value(kind)), cancellationToken);
        invocation.Show(result, ApiJson.Default.ValidateResult, (found, output) =>
        {
            foreach (var error in found.Errors)
                output.WriteLine(ProblemText.Write(error, invocation.Style));
            if (found.Errors.Count == 0)
                output.WriteLine($"{path}: a valid definition of an {found.Kind}");
        });
        return result.Errors.Count == 0 ? ExitCode.Ok : ExitCode.Usage;
    }
}
