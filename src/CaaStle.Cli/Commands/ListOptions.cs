using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using CaaStle.Api;
using CaaStle.Cli.Output;

namespace CaaStle.Cli.Commands;

/// <summary>Options that say what of a list is shown, and how it goes on.</summary>
internal sealed class ListOptions
{
    /// <summary>All that <c>--status</c> can be in some command.</summary>
    public static readonly string[] Statuses =
        ["creating", "available", "updating", "paused", "stopped", "deleting", "rolling-back", "create-failed", "update-failed"];

    private readonly string command;
    private readonly Option<string> name = new("--name") { HelpName = "PATTERN", Description = "only those with such a name; * stands for any text" };
    private readonly Option<string> status = new("--status") { HelpName = "STATUS" };
    private readonly Option<string> after = new("--after") { HelpName = "NAME", Description = "only those whose names come after this one" };
    private readonly Option<int?> limit = new("--limit", "-n") { HelpName = "N", Description = "only the first N" };
    private readonly Option<string>[] others;

    /// <param name="command">As it is typed: <c>env list</c>.</param>
    /// <param name="others">The command's own filters.</param>
    /// <param name="never">Statuses that it cannot have.</param>
    public ListOptions(LeafCommand list, string command, Option<string>[] others, params string[] never)
    {
        (this.command, this.others) = (command, others);
        string[] statuses = [.. Statuses.Except(never)];
        status.Description = $"only those that are {string.Join(", ", statuses[..^1])} or {statuses[^1]}";
        status.AcceptOnlyFromAmong(statuses);
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number < 1)
                result.AddError($"--limit is 1 or more, not {number}.");
        });
        list.Add(name);
        list.Add(status);
        foreach (var other in others)
            list.Add(other);
        list.Add(limit);
        list.Add(after);
    }

    /// <summary>One more than is shown, so that it is known whether there are more.</summary>
    public ListPart Part(Invocation invocation) =>
        new(invocation.Value(name), invocation.Value(status), invocation.Value(after), invocation.Value(limit) is { } most and < int.MaxValue ? most + 1 : null);

    /// <param name="create">How the first one is made.</param>
    public void NoteNone(Invocation invocation, string noun, string create)
    {
        var isAll = Typed(invocation).Length == 0 && invocation.Value(after) is null;
        invocation.Note(isAll ? $"There are no {noun}s." : $"There is no such {noun}.");
        invocation.Suggest(isAll ? [create] : []);
    }

    /// <summary>Shows as many as are asked for, and says how to see the others.</summary>
    public ExitCode Show<T>(
        Invocation invocation, IReadOnlyList<T> found, Func<T, string> nameOf, JsonTypeInfo<IReadOnlyList<T>> type, Action<IReadOnlyList<T>, TextWriter> human)
    {
        var most = invocation.Value(limit) ?? int.MaxValue;
        var code = invocation.Show(found.Count <= most ? found : [.. found.Take(most)], type, human);
        if (found.Count > most)
        {
            invocation.Note("There are more.");
            invocation.Suggest($"cld {command}{Typed(invocation)} --limit {most} --after {nameOf(found[most - 1])}");
        }

        return code;
    }

    private string Typed(Invocation invocation) => string.Concat(
        others.Prepend(status).Prepend(name)
            .Select(option => (option.Name, Value: invocation.Value(option)))
            .Where(each => each.Value is not null)
            .Select(each => $" {each.Name} {ShellWord.Quote(each.Value!)}"));
}
