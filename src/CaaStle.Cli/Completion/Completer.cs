using System.CommandLine;
using System.Globalization;
using CaaStle.Api;
using CaaStle.Cli.Commands;
using CaaStle.Cli.Connection;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Completion;

/// <summary>What the last of some words can become: commands, options, their values, and names from a server that runs already.</summary>
internal sealed class Completer(CldCommand root, CommandContext context)
{
    /// <summary>More than anybody looks through, and few enough to come in time.</summary>
    private const int Most = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private static readonly Dictionary<string, string[]> Choices = new()
    {
        ["--output"] = ["table", "json", "yaml", "dotenv"],
        ["--progress"] = ["auto", "tty", "plain", "json", "quiet"],
        ["--color"] = ["auto", "always", "never"],
        ["--kind"] = ["environment", "application"],
        ["--status"] = ListOptions.Statuses,
        ["SHELL"] = ["bash", "zsh", "fish", "pwsh"],
    };

    /// <param name="words">After <c>cld</c>; the last one is being typed and may be empty.</param>
    public async Task<IReadOnlyList<string>> CompleteAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var typed = words.Count > 0 ? words[^1] : "";
        Command command = root;
        var arguments = new List<string>();
        Option? awaiting = null;
        foreach (var word in words.SkipLast(1))
        {
            if (awaiting is not null)
                awaiting = null;
            else if (word.StartsWith('-'))
                awaiting = Options(command).FirstOrDefault(option => (option.Name == word || option.Aliases.Contains(word)) && TakesValue(option));
            else if (command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) is { } sub)
                command = sub;
            else
                arguments.Add(word);
        }

        var candidates = awaiting is not null ? await ValuesAsync(awaiting, awaiting.Name, arguments, typed, cancellationToken)
            : typed.StartsWith('-') ? Options(command).Select(option => option.Name)
            : command.Subcommands.Count > 0 ? command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)
            : command.Arguments.ElementAtOrDefault(arguments.Count) is { } argument ? await ValuesAsync(argument, argument.Name, arguments, typed, cancellationToken)
            : [];
        return [.. candidates.Where(candidate => candidate.StartsWith(typed, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<Option> Options(Command command) => HelpText.VisibleOptions(command).Concat(HelpText.GlobalOptionsOf(command));

    private static bool TakesValue(Option option) => option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    private async Task<IEnumerable<string>> ValuesAsync(
        Symbol symbol, string name, IReadOnlyList<string> arguments, string typed, CancellationToken cancellationToken)
    {
        if (Choices.TryGetValue(name, out var choices))
            return choices;
        if (symbol is not ICompletable { Of: var of } || of is NameOf.Nothing or NameOf.File)
            return [];
        using var impatience = new CancellationTokenSource(Patience, context.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(impatience.Token, cancellationToken);
        try
        {
            return await NamesAsync(of, arguments, typed, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ProblemException or HttpRequestException or IOException)
        {
            return [];
        }
    }

    /// <param name="arguments">Those before.</param>
    private async Task<IEnumerable<string>> NamesAsync(
        NameOf of, IReadOnlyList<string> arguments, string typed, CancellationToken cancellationToken)
    {
        using var connection = new ServerConnection(context, _ => { }) { StartsServer = false };
        var client = connection.Client;
        var fitting = new ListPart(Name: $"{typed}*", Limit: Most);
        return of switch
        {
            NameOf.Environment => (await client.ListEnvironmentsAsync(fitting, null, cancellationToken)).Select(environment => environment.Name),
            NameOf.Container => (await client.ListContainersAsync(fitting, cancellationToken)).Select(container => container.Name),
            NameOf.Application => (await client.ListApplicationsAsync(fitting, null, cancellationToken)).Select(application => application.Name),
            NameOf.Revision => (await client.GetApplicationHistoryAsync(arguments[0], cancellationToken))
                .Where(revision => revision is { IsNew: true, IsInForce: false, IsGone: false, State: "succeeded" })
                .Select(revision => revision.Number.ToString(CultureInfo.InvariantCulture)),
            NameOf.Operation => (await client.ListOperationsAsync(null, false, 20, cancellationToken)).Select(operation => operation.Id),
            _ => (await client.GetServerAsync(cancellationToken)).Clouds.SelectMany(cloud => cloud.Registries).Distinct(),
        };
    }
}
