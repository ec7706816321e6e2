using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Environment;

internal sealed class EnvironmentShowCommand : LeafCommand
{
    private readonly NameArgument name = NameArgument.Environment();
    private readonly Option<bool> reveal = SharedOptions.Reveal();

    public EnvironmentShowCommand() : base("show", "show an environment: state, resources, outputs, objects as they are now")
    {
        Add(name);
        Add(reveal);
        Examples =
        [
            ("cld env show orders", "what it consists of; secrets are masked"),
            ("cld env show orders -o dotenv --reveal > .env", "the variables that applications would be bound to"),
        ];
    }

    public override bool WritesDotenv => true;

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var isDotenv = invocation.Global.Format == OutputFormat.Dotenv;
        var environment = await invocation.Client.GetEnvironmentAsync(
            invocation.Required(name), invocation.Value(reveal), now: !isDotenv, cancellationToken);
        if (!isDotenv)
            return invocation.Show(environment, ApiJson.Default.EnvironmentDetail, (view, output) => Write(view, output, invocation));
        DotenvText.Write(environment, invocation.Context.Output);
        return ExitCode.Ok;
    }

    private static void Write(EnvironmentDetail environment, TextWriter output, Invocation invocation)
    {
        var head = new Table("", "");
        head.Add("Name", environment.Name);
        head.Add("Status", Table.Cell.Status(environment.Status, invocation.Style));
        head.Add("Target", $"{environment.Target} {environment.Type}");
        head.Add("Created", $"{Times.Ago(environment.CreatedAt, invocation.Context.Clock)} by {environment.CreatedBy}");
        if (environment.ExpiresAt is { } at)
            head.Add("Expires", $"{Times.In(at, invocation.Context.Clock)} ({Times.DateAndClock(at, invocation.Context.Clock)})");
        if (environment.Operation is { } operation)
            head.Add("Operation", operation);
        head.Add("Applications", environment.Applications.Count == 0 ? "none" : string.Join(", ", environment.Applications));
        head.Write(output);
        DetailText.WriteOutputs(environment.Outputs, output);
        if (environment.Resources.Count > 0)
            output.WriteLine("\nResources");
        foreach (var resource in environment.Resources)
            DetailText.WriteResource(resource, output, invocation.Style);
        DetailText.WriteObjects(environment.Objects, output, invocation.Style);
        ObjectsNow.Note(environment.Objects, invocation, $"cld env drift {environment.Name}");
        if (environment.OutdatedApplications.Count > 0)
            invocation.Note("Applications that run with former values of what they are bound to:");
        invocation.Suggest(environment.OutdatedApplications.Select(application => $"cld app redeploy {application}"));
    }
}
