using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Engine.Execution;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;
using CaaStle.Server.Extensions;
using CaaStle.Server.Hosting;

namespace CaaStle.Server.Diagnosis;

/// <summary>Looks at what only the server can see of itself: its store, keys, extensions, operations and clock.</summary>
internal sealed class ServerCheck(IStateStore store, ISecretVault vault, ExtensionReport extensions, ServerHome home, TimeProvider clock)
{
    /// <summary>How much clocks may differ between two readings of one.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<CheckOutcome>> RunAsync(CancellationToken cancellationToken) =>
    [
        await CheckStoreAsync(cancellationToken),
        await CheckSecretsAsync(cancellationToken),
        CheckExtensions(),
        await CheckOperationsAsync(cancellationToken),
        await CheckClockAsync(cancellationToken),
    ];

    private async Task<CheckOutcome> CheckStoreAsync(CancellationToken cancellationToken)
    {
        const string Name = "state store";
        if (store is not IStoreCheck check)
        {
            return CheckOutcome.Warned(Name, "This store cannot be checked.", "cld server stop");
        }

        var report = await check.CheckAsync(cancellationToken);
        return report.Damage.Count == 0
            ? CheckOutcome.Passed(Name, $"{report.Place} is whole; its schema is {report.Schema}")
            : CheckOutcome.Failed(
                Name,
                $"{report.Place} is damaged: {string.Join("; ", report.Damage)}",
                "cld server stop",
                report.Rescue);
    }

    /// <summary>Whether the key encrypts, and decrypts what is kept.</summary>
    private async Task<CheckOutcome> CheckSecretsAsync(CancellationToken cancellationToken)
    {
        const string Name = "secrets";
        var (readable, unreadable) = (0, new List<string>());
        try
        {
            _ = vault.Unprotect(vault.Protect(Name));
        }
        catch (Exception failure)
        {
            return CheckOutcome.Failed(Name, $"Nothing can be encrypted: {failure.Message}", $"ls -ld {home.KeysFolder}");
        }

        foreach (var subject in await SubjectsAsync(cancellationToken))
        {
            foreach (var value in subject.Outputs.Values.SelectMany(part => part.Values).Where(value => value.Secret))
            {
                try
                {
                    _ = vault.Unprotect(value.Text);
                    readable++;
                }
                catch (InvalidOperationException)
                {
                    unreadable.Add(subject.Key.ToString());
                }
            }
        }

        return unreadable.Count == 0
            ? CheckOutcome.Passed(Name, readable == 0 ? "can be encrypted" : $"{readable} can be decrypted")
            : CheckOutcome.Failed(
                Name,
                $"{unreadable.Count} of {readable + unreadable.Count} cannot be decrypted, those of {string.Join(", ", unreadable.Distinct())}: "
                + $"the key that they were encrypted with is not in {home.KeysFolder}",
                $"Restore {home.KeysFolder} from a backup, then: cld server stop");
    }

    private CheckOutcome CheckExtensions() => extensions.Failures.Count == 0
        ? CheckOutcome.Passed("extensions", "all could be loaded")
        : CheckOutcome.Failed(
            "extensions",
            $"{extensions.Failures.Count} could not be loaded: {string.Join("; ", extensions.Failures)}",
            $"Replace or remove what is in {home.ExtensionsFolder}, then: cld server stop");

    private async Task<CheckOutcome> CheckOperationsAsync(CancellationToken cancellationToken)
    {
        const string Name = "operations";
        var underWay = await store.ListOperationsAsync(new(UnderWay: true, Limit: int.MaxValue), cancellationToken);
        var (blocked, fix) = (new List<string>(), new List<string>());
        foreach (var operation in underWay)
        {
            if (FindBlock(await store.ReadWholeJournalAsync(operation.Id, cancellationToken)) is { } reason)
            {
                blocked.Add($"{operation.Id} on {operation.Subject} is blocked: {reason}");
                fix.Add($"cld op watch {operation.Id}");
            }
        }

        return blocked.Count > 0
            ? CheckOutcome.Failed(Name, string.Join("; ", blocked), fix)
            : CheckOutcome.Passed(Name, underWay.Count == 0 ? "none is under way" : $"{underWay.Count} under way, none blocked");
    }

    /// <returns>What an operation cannot get past at the moment; null when it gets on.</returns>
    private static string? FindBlock(IReadOnlyList<JournalEntry> journal)
    {
        var blocked = new Dictionary<string, string>();
        string? left = null;
        foreach (var entry in journal)
        {
            switch (entry)
            {
                case ObjectBlocked block:
                    blocked[block.Key] = $"{block.Key}: {block.Reason}";
                    break;
                case ObjectProgressed { Word: var word } progressed when word.StartsWith("asking again", StringComparison.Ordinal):
                    blocked[progressed.Key] = $"{progressed.Key}: {word}";
                    break;
                case ObjectProgressed progressed:
                    blocked.Remove(progressed.Key);
                    break;
                case LeftoversChecked check:
                    left = check.Left.Count == 0 ? null : $"still in its cloud: {string.Join(", ", check.Left)}";
                    break;
                default:
                    blocked.Remove(Projection.ObjectKey(entry) ?? "");
                    break;
            }
        }

        return blocked.Count > 0 ? string.Join(", ", blocked.Values) : left;
    }

    private async Task<CheckOutcome> CheckClockAsync(CancellationToken cancellationToken)
    {
        const string Name = "clock";
        var now = clock.GetUtcNow();
        var newest = await store.ListOperationsAsync(new(Limit: 1), cancellationToken);
        return newest is [var operation] && operation.RequestedAt > now + Tolerance
            ? CheckOutcome.Failed(
                Name,
                $"It is {Text(now)}, but {operation.Id} was asked for at {Text(operation.RequestedAt)}: the clock has been set back",
                "timedatectl",
                "sudo timedatectl set-ntp true")
            : CheckOutcome.Passed(Name, Text(now));

        static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
    }

    private async Task<IReadOnlyList<SubjectRecord>> SubjectsAsync(CancellationToken cancellationToken)
    {
        var subjects = new List<SubjectRecord>();
        foreach (var kind in Enum.GetValues<SubjectKind>())
        {
            subjects.AddRange(await store.ListSubjectsAsync(kind, cancellationToken));
        }

        return subjects;
    }
}
