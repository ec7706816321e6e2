using System.Globalization;
using CaaStle.Abstractions;
using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Simulation.Graph;

namespace CaaStle.Simulation;

/// <summary>How one run ended.</summary>
/// <param name="Violation">What must never be, and was; null when all was well.</param>
/// <param name="Trace">What happened, in order; empty unless asked for.</param>
public sealed record SimulationOutcome(int Seed, string? Violation, int Operations, int Steps, int Crashes, TimeSpan Simulated, IReadOnlyList<string> Trace);

/// <summary>
/// One life of an installation, drawn from a seed: users who create, change, cancel and delete at any time, a cloud that fails, a process
/// that crashes anywhere. The same seed gives the same run to the letter.
/// </summary>
public sealed class SimulationRun
{
    private static readonly string[] Environments = ["east", "west"];
    private static readonly string[] Applications = ["shop", "blog", "mail"];

    private readonly int seed;
    private readonly Random random;
    private readonly bool movesBases;

    /// <summary>Whether users take what is missing for how it is to be, whenever they look.</summary>
    private readonly bool acceptsDrift;

    /// <summary>Whether others change things behind our back.</summary>
    private readonly bool isAltered;

    /// <summary>Whether users ask for what can be, as a rule; others ask for anything, most of which is refused.</summary>
    private readonly bool isSensible;

    /// <summary>Whether users act as soon as something has ended, on the same things, and keep what fails, which is much.</summary>
    private readonly bool isHasty;
    private readonly Onlooker? onlooker;
    private readonly RandomDefinitions definitions;
    private readonly RandomFaults faults;
    private readonly SimulatedHost host;
    private readonly Invariants invariants;
    private readonly List<string>? trace;
    private readonly Dictionary<string, RandomDefinitions.EnvironmentDraft> environments = [];
    private readonly Dictionary<string, IReadOnlyList<GraphNode>> applications = [];
    private readonly HashSet<string> asked = [];
    private TaskCompletionSource<string> somethingEnds = new();
    private int crashesLeft;

    public SimulationRun(int seed, bool withTrace = false)
    {
        this.seed = seed;
        random = new(seed);
        movesBases = seed % 5 == 2;
        acceptsDrift = seed % 4 == 2;
        isAltered = seed % 4 == 0;
        isHasty = seed % 7 == 6;
        isSensible = seed % 3 == 1 || isHasty;
        trace = withTrace ? [] : null;
        definitions = new(random);
        faults = new(random, random.Next(3) switch { 0 => 0, 1 => 10, _ => 60 });
        var visibility = random.Next(2) == 0 && !isHasty ? TimeSpan.Zero : TimeSpan.FromSeconds(random.Next(1, 20));
        var timing = new WorldTiming(TimeSpan.FromMilliseconds(random.Next(1, 200)), TimeSpan.FromSeconds(random.Next(0, 90)), visibility);
        var readsAtOnce = (seed % 3) switch { 0 => 1, 1 => 3, _ => 100 };
        host = new(timing, (world, time) => new GraphCloud(world, time, readsAtOnce), seed);
        host.Time.MostEvents = 1_000_000;
        invariants = new(host);
        onlooker = seed % 5 == 3 ? new(host, invariants.Violate) : null;
        crashesLeft = random.Next(3) == 0 ? 0 : random.Next(1, 12);
    }

    public SimulationOutcome Run()
    {
        host.BeforeCall = call =>
        {
            TakeName(call);
            return Traced(call, invariants.Check(call) ?? faults.Before(call), "calls");
        };
        host.Changed = name => onlooker?.Note(name);
        host.AfterCall = call => Traced(call, faults.After(call), "has done");
        host.Appended = record =>
        {
            trace?.Add(Line($"{record.OperationId} {record.Entry}"));
            invariants.Check(record);
            if (record.Entry is OperationEnded)
            {
                Interlocked.Exchange(ref somethingEnds, new()).SetResult(record.OperationId);
            }
        };
        string? violation = null;
        try
        {
            host.Run(LiveAsync);
        }
        catch (Exception exception)
        {
            violation = invariants.Violation ?? $"{exception.GetType().Name}: {exception.Message}{(trace is null ? "" : exception.StackTrace)}";
        }

        violation ??= invariants.Violation;
        if (violation is not null)
        {
            trace?.Add(Line($"VIOLATION {violation}"));
        }

        return new(seed, violation, invariants.Operations, host.Steps, host.Crashes, host.Time.GetUtcNow() - VirtualTime.Begin, trace ?? []);
    }

    private async Task LiveAsync()
    {
        PlanCrash();
        var actions = random.Next(4, 14);
        SubjectKey? ended = null;
        for (var action = 0; action < actions && invariants.Violation is null; action++)
        {
            await DoAsync(await ActionAsync(ended));
            await LookAsync();
            if (movesBases && random.Next(2) == 0)
            {
                await DoAsync(MoveAsync);
            }

            if (isAltered && random.Next(3) == 0)
            {
                Alter();
            }

            if (acceptsDrift && random.Next(2) == 0)
            {
                await DoAsync(() => host.Service.AcceptDriftAsync(new(Environments[random.Next(isHasty ? 1 : Environments.Length)], "user"), default));
            }

            ended = null;
            if (isHasty && random.Next(2) == 0)
            {
                var something = somethingEnds.Task;
                await LetTimePassAsync(TimeSpan.FromHours(2), something);
                await LetTimePassAsync(TimeSpan.FromMilliseconds(random.Next(3000)));
                ended = something.IsCompleted ? (await host.Store.FindOperationAsync(await something, default))?.Subject : null;
            }
            else
            {
                await LetTimePassAsync(TimeSpan.FromSeconds(random.Next(3) switch { 0 => random.Next(5), 1 => random.Next(300), _ => random.Next(7200) }));
            }
        }

        faults.IsOver = true;
        host.CrashAt = null;
        await AllEndAsync();
        await RepairAsync();
        invariants.CheckAtRest();
        foreach (var environment in await host.Store.ListSubjectsAsync(SubjectKind.Environment, default))
        {
            await DoAsync(() => host.Service.DeleteAsync(new(environment.Key, Force: true, KeepData: false, "user"), default));
        }

        await AllEndAsync();
        invariants.CheckEmpty();
    }

    /// <summary>Nobody waits for what is shown: it comes when it comes, or never, where the process crashes.</summary>
    private async Task LookAsync()
    {
        if (onlooker is not null && !host.IsDead)
        {
            foreach (var environment in await host.Store.ListSubjectsAsync(SubjectKind.Environment, default))
            {
                _ = onlooker.LookAsync(environment);
            }
        }
    }

    /// <summary>What others have done behind our back is put right; then the cloud must be what the record says.</summary>
    private async Task RepairAsync()
    {
        foreach (var environment in await host.Store.ListSubjectsAsync(SubjectKind.Environment, default))
        {
            if (environment.Status is SubjectStatus.Available or SubjectStatus.Stopped)
            {
                await DoAsync(() => host.Service.SwitchEnvironmentAsync(new(environment.Key.Name, OperationAction.Repair, "user"), default));
                await AllEndAsync();
            }
        }
    }

    /// <param name="ended">What something has been done to a moment ago.</param>
    private async Task<Func<Task<Operation>>> ActionAsync(SubjectKey? ended)
    {
        var name = Environments[random.Next(isHasty ? 1 : Environments.Length)];
        var application = Applications[random.Next(isHasty ? 1 : Applications.Length)];
        var keep = random.Next(6) == 0 || isHasty;
        var action = random.Next(16);
        if (isSensible)
        {
            action = (action, await IsThereAsync(SubjectKey.Environment(name)), await IsThereAsync(SubjectKey.Application(application))) switch
            {
                ( < 13, false, _) => 0,
                (0 or 1, _, _) => 2,
                (6 or 7, _, true) => 8,
                (> 7 and < 13, _, false) => 6,
                _ => action,
            };
        }

        if (isHasty)
        {
            // What is there is changed again and again, and most of that fails.
            var isThere = await IsThereAsync(SubjectKey.Environment(name));
            faults.RefusedOf = isThere ? 6 : 60;
            action = isThere && ended?.Kind == SubjectKind.Environment && random.Next(4) > 0 ? 2 : action;
        }

        return action switch
        {
            0 or 1 => () => CreateAsync(name, keep),
            2 or 3 => () => UpdateAsync(name, keep),
            4 => () => host.Service.DeleteAsync(new(SubjectKey.Environment(name), random.Next(3) > 0, random.Next(3) == 0, "user"), default),
            5 => () => host.Service.SwitchEnvironmentAsync(
                new(name, (string[])[OperationAction.Pause, OperationAction.Resume, OperationAction.Repair] is var all ? all[random.Next(3)] : "", "user"), default),
            6 or 7 => () => DeployAsync(application, name, keep),
            8 or 9 => () => RedeployAsync(application, keep),
            10 => () => ChangeAsync(application, keep),
            11 => () => host.Service.RunAsync(new(application, [random.Next(2) == 0 ? "bad" : "good"], "user"), default),
            12 => () => host.Service.DeleteAsync(new(SubjectKey.Application(application), false, random.Next(3) == 0, "user"), default),
            13 or 14 => CancelAsync,
            _ => VandalizeAsync,
        };
    }

    private async Task<bool> IsThereAsync(SubjectKey key) => await host.Store.FindSubjectAsync(key, default) is not null;

    private async Task<Operation> CreateAsync(string name, bool keep)
    {
        var draft = definitions.Environment();
        var operation = await host.Service.CreateEnvironmentAsync(new(name, draft.ToYaml(), "", keep, "user"), default);
        environments[name] = draft;
        return operation;
    }

    private async Task<Operation> UpdateAsync(string name, bool keep)
    {
        var draft = definitions.Edit(environments.GetValueOrDefault(name) ?? definitions.Environment());
        var operation = await host.Service.UpdateEnvironmentAsync(new(name, draft.ToYaml(), "", name, keep, "user"), default);
        environments[name] = draft;
        return operation;
    }

    /// <summary>Changes nothing but what all in the environment stands on; rather of one with applications, where there is one.</summary>
    private async Task<Operation> MoveAsync()
    {
        var carrying = (await host.Store.ListSubjectsAsync(SubjectKind.Application, default))
            .Where(application => application.Status == SubjectStatus.Available)
            .Select(application => application.Environment)
            .ToHashSet();
        var candidates = environments.Where(each => carrying.Contains(each.Key)).ToList() is { Count: > 0 } some ? some : [.. environments];
        var (name, draft) = candidates.Count == 0
            ? throw new RefusedException(RefusedException.NotFound, "nothing to move", [])
            : candidates[random.Next(candidates.Count)];
        var moved = draft with { Base = draft.Base + 1 };
        var operation = await host.Service.UpdateEnvironmentAsync(new(name, moved.ToYaml(), "", name, KeepOnFailure: false, "user"), default);
        environments[name] = moved;
        return operation;
    }

    private async Task<Operation> DeployAsync(string name, string environment, bool keep)
    {
        var nodes = definitions.Application();
        var operation = await host.Service.DeployApplicationAsync(new(name, environment, RandomDefinitions.ToYaml(nodes), "", keep, "user"), default);
        applications[name] = nodes;
        return operation;
    }

    private async Task<Operation> RedeployAsync(string name, bool keep)
    {
        var nodes = definitions.EditApplication(applications.GetValueOrDefault(name) ?? definitions.Application());
        var operation = await host.Service.ChangeApplicationAsync(
            new(name, OperationAction.Redeploy, keep, "user") { Definition = RandomDefinitions.ToYaml(nodes) }, default);
        applications[name] = nodes;
        return operation;
    }

    private Task<Operation> ChangeAsync(string name, bool keep) => host.Service.ChangeApplicationAsync(
        new(name, ((string[])[OperationAction.Scale, OperationAction.RollBack, OperationAction.Restart, OperationAction.Stop, OperationAction.Start])[random.Next(5)], keep, "user")
        {
            Replicas = random.Next(1, 4),
        },
        default);

    private async Task<Operation> CancelAsync()
    {
        var underWay = await host.Store.ListOperationsAsync(new(UnderWay: true), default);
        return underWay.Count == 0
            ? throw new RefusedException(RefusedException.NotFound, "nothing to cancel", [])
            : await host.Service.CancelAsync(underWay[random.Next(underWay.Count)].Id, keep: random.Next(5) == 0, "user", default);
    }

    private Task<Operation> VandalizeAsync()
    {
        var free = host.World.Objects.Where(item => host.World.Objects.All(other => !other.Needs.Contains(item.Name))).ToList();
        if (free.Count > 0)
        {
            var victim = free[random.Next(free.Count)];
            host.World.Remove(victim.Name);
            onlooker?.Note(victim.Name);
            invariants.NoteVandalism(victim.Name);
            trace?.Add(Line($"somebody deletes {victim.Name}"));
        }

        throw new RefusedException(RefusedException.NotFound, "not an operation", []);
    }

    private void Alter()
    {
        var ours = host.World.Objects.Where(item => item.GoneAt is null && item.Labels.ContainsKey(Marks.SubjectIdLabel)).ToList();
        if (ours.Count > 0)
        {
            var victim = ours[random.Next(ours.Count)];
            host.World.Alter(victim.Name, "as others want it");
            onlooker?.Note(victim.Name);
            invariants.NoteVandalism(victim.Name);
            trace?.Add(Line($"somebody changes {victim.Name}"));
        }
    }

    private async Task DoAsync(Func<Task<Operation>> action)
    {
        if (host.IsDead)
        {
            host.Restart();
            PlanCrash();
        }

        var asked = AskAsync(action);
        await Task.WhenAny(asked, host.Death);
        if (asked.IsCompleted)
        {
            await asked;
        }
    }

    private async Task AskAsync(Func<Task<Operation>> action)
    {
        try
        {
            var operation = await action();
            trace?.Add(Line($"accepted: {operation.Id} {operation.Request.Action ?? operation.Kind.ToString()} {operation.Subject}"));
        }
        catch (Exception refusal) when (refusal is RefusedException or OperationConflictException or SubjectExistsException or InvalidDefinitionException)
        {
            trace?.Add(Line($"refused: {refusal.Message}"));
        }
    }

    /// <summary>Restarts the process a while after each crash.</summary>
    /// <param name="until">Ends it before.</param>
    private async Task LetTimePassAsync(TimeSpan time, Task? until = null)
    {
        var end = host.Time.GetUtcNow() + time;
        until ??= new TaskCompletionSource().Task;
        while (host.Time.GetUtcNow() < end && !until.IsCompleted && invariants.Violation is null)
        {
            await Task.WhenAny(Task.Delay(end - host.Time.GetUtcNow(), host.Time), host.Death, until);
            if (host.IsDead)
            {
                await Task.Delay(TimeSpan.FromSeconds(random.Next(30)), host.Time);
                trace?.Add(Line("the process starts again"));
                host.Restart();
                PlanCrash();
            }
        }
    }

    private async Task AllEndAsync()
    {
        var begun = host.Time.GetUtcNow();
        var patience = begun + TimeSpan.FromDays(30);
        while (await host.Store.ListOperationsAsync(new(UnderWay: true), default) is { Count: > 0 } underWay && invariants.Violation is null)
        {
            if (host.Time.GetUtcNow() > patience)
            {
                invariants.Violate($"{underWay[^1].Id} ({underWay[^1].Request.Action ?? underWay[^1].Kind.ToString()} {underWay[^1].Subject}) never ends");
            }

            // What others have deleted can be what something needs that is to be made again: the user ends such an undoing.
            foreach (var stuck in underWay.Where(each => each.State == OperationState.RollingBack && host.Time.GetUtcNow() > begun + TimeSpan.FromHours(2)))
            {
                await DoAsync(() => host.Service.CancelAsync(stuck.Id, keep: true, "user", default));
            }

            await LetTimePassAsync(TimeSpan.FromMinutes(5));
            await LookAsync();
        }
    }

    /// <summary>Now and then somebody else already has what is called as something of ours will be.</summary>
    private void TakeName(WorldCall call)
    {
        foreach (var name in call.Kind == WorldCallKind.Describe ? [call.Name] : call.Names)
        {
            if (asked.Add(name) && random.Next(150) == 0 && host.World.Objects.All(item => item.Name != name))
            {
                host.World.Add(name);
                onlooker?.Note(name);
                trace?.Add(Line($"somebody makes {name}"));
            }
        }
    }

    private void PlanCrash() => host.CrashAt = crashesLeft-- > 0 ? host.Steps + random.Next(1, 80) : null;

    private Exception? Traced(WorldCall call, Exception? fault, string verb)
    {
        if (trace is not null && call.IsChange)
        {
            trace.Add(Line($"{verb} {call.Kind} {call.Name}{(fault is null ? "" : $": {fault.Message}")}"));
        }

        return fault;
    }

    private string Line(string text) => string.Create(
        CultureInfo.InvariantCulture, $"{(host.Time.GetUtcNow() - VirtualTime.Begin).TotalSeconds,12:0.000} {host.Steps,5} {text}");
}
