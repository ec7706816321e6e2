using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands.Resource;

internal sealed class ResourceShowCommand : LeafCommand
{
    private readonly NameArgument environment = NameArgument.Environment("ENV");
    private readonly Option<bool> reveal = SharedOptions.Reveal();

    public ResourceShowCommand() : base("show", "show the resources of an environment with their outputs")
    {
        Add(environment);
        Add(reveal);
        Examples = [("cld resource show orders", "addresses and names; secrets are masked"), ("cld resource show orders --reveal", "with the passwords")];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Show(
            await invocation.Client.GetResourcesAsync(invocation.Required(environment), invocation.Value(reveal), cancellationToken),
            ApiJson.Default.IReadOnlyListResourceView,
            (resources, output) =>
            {
                if (resources.Count == 0)
                    invocation.Note($"{invocation.Required(environment)} has no resources.");
                foreach (var resource in resources)
                    DetailText.WriteResource(resource, output, invocation.Style);
            });
}
