using CaaStle.Abstractions;
using CaaStle.Engine.Journal;

namespace CaaStle.Engine.Execution;

/// <summary>
/// Brings one cloud object to where it should be: ready or absent. Waits as long as the cloud says that it is on its way (Rule 4), asks
/// again after faults that may pass, and reads before each call that changes anything (Rule 2). The caller has made the intent durable.
/// </summary>
internal sealed class ObjectDriver(
    ICloudObjectHandler handler,
    ICloudObjectSpec spec,
    Marks marks,
    Operation operation,
    EngineServices services,
    Pace pace)
{
    private readonly TimeProvider clock = services.SteadyClock;
    private string? lastWord;
    private DateTimeOffset? unsettledSince;

    /// <summary>Drives what is recorded. Where it was not seen ready, a call that makes it may still be on its way.</summary>
    public static ObjectDriver Of(
        ObjectRecord record, ICloudObjectHandler handler, ICloudObjectSpec spec, Operation operation, EngineServices services, Pace pace)
    {
        var marks = new Marks(services.Store.InstallationId, record.Subject.ToString(), record.SubjectId, record.Operation, record.Key);
        var driver = new ObjectDriver(handler, spec, marks, operation, services, pace);
        if (record.Status != ObjectStatus.Ready)
        {
            driver.MarkUnsettled();
        }

        return driver;
    }

    /// <summary>Done before the first call that creates or changes, where the intent is not durable before.</summary>
    public Func<Task>? BeforeChange { get; set; }

    /// <summary>
    /// A create call may have been made whose answer is not known: for a while reads may not show what it did, so that absence is not yet
    /// to be believed.
    /// </summary>
    public void MarkUnsettled() => unsettledSince = clock.GetUtcNow();

    /// <summary>Makes the object unless it is there, and waits until it is ready.</summary>
    /// <param name="abandoned">Cancelled when nobody wants the object any more; ends the wait with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="stop">Cancelled when the process is to end; calls that change the cloud heed only this.</param>
    /// <returns>The object's state, with the cloud's word for it.</returns>
    /// <exception cref="ObjectFailedException">It cannot become ready.</exception>
    public async Task<(object State, string Word)> MakeReadyAsync(CancellationToken abandoned, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abandoned, stop);
        var started = clock.GetUtcNow();
        var failuresInRow = 0;
        var isMade = false;
        var wait = Wait.None;
        while (true)
        {
            either.Token.ThrowIfCancellationRequested();
            try
            {
                var seen = await ReadAsync(wait, abandoned, either.Token);
                wait = Pace.UntilNextPoll(clock.GetUtcNow() - started, seen.AskAgainAfter, CloudCalls.IsShared(handler));
                switch (seen.Condition)
                {
                    case Condition.Ready:
                        return (seen.State!, seen.Word);
                    case Condition.Failed:
                        throw new ObjectFailedException(
                            new(Failure.ObjectFailed, marks.Key, seen.Word, seen.LastLog) { ExitCode = seen.ExitCode });
                    case Condition.Foreign:
                        throw new ObjectFailedException(new(
                            Failure.NameTaken, marks.Key, $"{spec.Identity} exists already and was not made by this environment ({seen.Word}).", []));
                    case Condition.Absent when IsUnsettled():
                        await ReportAsync("waiting for it to appear");
                        break;
                    case Condition.Absent:
                    case Condition.InProgress when seen.NeedsCreate:
                        await CreateAsync(abandoned, either.Token, stop);

                        // It may be ready by now; but what is made again and again is not to keep the cloud busy.
                        wait = isMade ? wait : Wait.None;
                        isMade = true;
                        break;
                    default:
                        await ReportAsync(seen.Word);
                        break;
                }

                failuresInRow = 0;
            }
            catch (Exception exception) when (exception is not (ObjectFailedException or JournalException) && !either.IsCancellationRequested)
            {
                var fault = PassingFault(exception);
                await ReportAsync($"asking again: {fault.Message}");
                wait = pace.AfterFailure(failuresInRow++, fault);
            }
        }
    }

    /// <summary>
    /// Brings the object back to what it was, and waits until it is that. Never gives up; whether it is well then is not what is asked: it
    /// may not have been before.
    /// </summary>
    /// <returns>The object's state with the cloud's word for it; null when it is there, but not well.</returns>
    public async Task<(object State, string Word)?> RestoreAsync(CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await MakeReadyAsync(CancellationToken.None, stop);
            }
            catch (ObjectFailedException exception)
            {
                if (await IsThereAsync(stop))
                {
                    return null;
                }

                await BlockedAsync(exception.Failure.Message);
                await Task.Delay(pace.AfterFailure(attempt), clock, stop);
            }
        }
    }

    /// <summary>Deletes the object unless it is gone, and waits until a read says that it is (or that it is not ours). Never gives up.</summary>
    public async Task MakeAbsentAsync(CancellationToken stop)
    {
        var started = clock.GetUtcNow();
        var failuresInRow = 0;
        var accepted = false;
        var wait = Wait.None;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                var seen = await ReadAsync(wait, CancellationToken.None, stop);
                var isGone = IsGone(seen);
                if (isGone && !IsUnsettled())
                {
                    return;
                }

                wait = Pace.UntilNextPoll(clock.GetUtcNow() - started, seen.AskAgainAfter, CloudCalls.IsShared(handler));
                // What is there only in part does not go by itself.
                if (!isGone && !(accepted && seen is { Condition: Condition.InProgress, NeedsCreate: false }))
                {
                    await ChangeAsync(() => handler.DeleteAsync(spec, Call(CancellationToken.None), stop), stop);
                    wait = accepted ? wait : Wait.None;
                    accepted = true;
                }

                if (accepted && seen.Condition == Condition.InProgress)
                {
                    await ReportAsync(seen.Word);
                }

                failuresInRow = 0;
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                var fault = CloudFaults.Understand(exception);
                await BlockedAsync(fault?.Message ?? Defect(exception));
                wait = pace.AfterFailure(failuresInRow++, fault);
            }
        }
    }

    /// <summary>Asks until the cloud answers, and what may still appear has had its time; changes nothing.</summary>
    /// <returns>Whether the object is absent, or what has its name is not ours.</returns>
    public async Task<bool> IsAbsentAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetUtcNow();
        var wait = Wait.None;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var seen = await ReadAsync(wait, CancellationToken.None, cancellationToken);
                var isGone = IsGone(seen);
                if (!isGone || !IsUnsettled())
                {
                    return isGone;
                }

                wait = Pace.UntilNextPoll(clock.GetUtcNow() - started, seen.AskAgainAfter, CloudCalls.IsShared(handler));
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var fault = CloudFaults.Understand(exception);
                await BlockedAsync(fault?.Message ?? Defect(exception));
                wait = pace.AfterFailure(attempt, fault);
            }
        }
    }

    private async Task<bool> IsThereAsync(CancellationToken stop)
    {
        try
        {
            return await ReadAsync(Wait.None, CancellationToken.None, stop) is { Condition: Condition.Failed or Condition.Ready };
        }
        catch (Exception exception) when (!stop.IsCancellationRequested && CloudFaults.Understand(exception) is not null)
        {
            return false;
        }
    }

    /// <param name="leaves">Ends the wait for the call's turn.</param>
    private async Task CreateAsync(CancellationToken abandoned, CancellationToken leaves, CancellationToken stop)
    {
        if (BeforeChange is { } beforeChange)
        {
            BeforeChange = null;
            await beforeChange();
        }

        await using var log = new LogRelay(services.Store, operation.Id, marks.Key);
        await ChangeAsync(
            async () =>
            {
                try
                {
                    await handler.CreateAsync(spec, new ObjectCall(marks, log, abandoned), stop);
                }
                finally
                {
                    MarkUnsettled();
                }
            },
            leaves);
    }

    private Task<Observation<object>> ReadAsync(Wait wait, CancellationToken abandoned, CancellationToken cancellationToken) =>
        services.Calls.ReadAsync(handler, new(spec, Call(abandoned)), operation, wait, cancellationToken);

    private Task ChangeAsync(Func<Task> change, CancellationToken leaves) =>
        services.Calls.MakeAsync(services.Handlers.CloudOf(handler), spec.RateLimitScope, operation, change, leaves);

    private static bool IsGone(Observation<object> seen) => seen.Condition is Condition.Absent or Condition.Foreign;

    private bool IsUnsettled() => unsettledSince is { } since && clock.GetUtcNow() - since < handler.SettlesWithin;

    /// <returns>The fault, when asking again may help.</returns>
    /// <exception cref="ObjectFailedException">Asking again would not help.</exception>
    private CloudException PassingFault(Exception exception) => CloudFaults.Understand(exception) switch
    {
        { Fault: CloudFault.Refused } refused =>
            throw new ObjectFailedException(new(Failure.ObjectFailed, marks.Key, refused.Message, refused.LastLog)),
        { } fault => fault,
        null => throw new ObjectFailedException(new(Failure.Internal, marks.Key, Defect(exception), [])),
    };

    private static string Defect(Exception exception) => $"a defect in the extension: {exception.GetType().Name}: {exception.Message}";

    private ObjectCall Call(CancellationToken abandoned) => new(marks, NoLog.Instance, abandoned);

    private Task ReportAsync(string word)
    {
        if (word == lastWord)
        {
            return Task.CompletedTask;
        }

        lastWord = word;
        return AppendAsync(new ObjectProgressed(marks.Key, word));
    }

    private Task BlockedAsync(string reason)
    {
        if (reason == lastWord)
        {
            return Task.CompletedTask;
        }

        lastWord = reason;
        return AppendAsync(new ObjectBlocked(marks.Key, reason));
    }

    private async Task AppendAsync(JournalEntry entry)
    {
        try
        {
            await services.Store.AppendAsync(operation.Id, [entry], CancellationToken.None);
        }
        catch (Exception exception)
        {
            throw new JournalException(exception);
        }
    }
}
