using System.Collections.Concurrent;
using CaaStle.Abstractions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>
/// Makes everything in an operation's blueprint ready, each object the moment that those it depends on are: creates what is not there,
/// leaves what is as it should be, changes what can be changed, and replaces the rest. What the blueprint does not contain is left for
/// later (<see cref="Retiring"/>), so that nothing is lost before everything else is ready.
/// </summary>
internal sealed class Convergence(Operation operation, EngineServices services, Past past, Pace pace)
{
    private readonly ConcurrentDictionary<Node, object> values = Small<Node, object>();
    private readonly ConcurrentDictionary<Node, string> keys = Small<Node, string>();

    /// <summary>
    /// Who works on an object that was there before: its node, unless that makes another instead, or whoever deletes it to replace what it
    /// needs. Ends with that work.
    /// </summary>
    private readonly ConcurrentDictionary<string, Lazy<Task>> claims = Small<string, Lazy<Task>>();

    /// <summary>What is recorded of each node, oldest first, until it is ready.</summary>
    private readonly ConcurrentDictionary<string, IReadOnlyList<ObjectRecord>> recorded = Small<string, IReadOnlyList<ObjectRecord>>();

    private Blueprint blueprint = new();

    /// <summary>Values that were drawn for the subject before, by key, protected.</summary>
    private IReadOnlyDictionary<string, string> drawn = past.Values;
    private Failure? failure;

    /// <summary>Of the subject, once the run succeeded.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> Outputs { get; private set; } =
        new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>();

    /// <summary>Keys of the objects that are not needed any more, once the run succeeded.</summary>
    public IReadOnlyList<string> Retiring { get; private set; } = [];

    /// <param name="cancelled">The user does not want it any more.</param>
    /// <param name="stop">The process is to end; ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Why it did not succeed; null when everything is ready.</returns>
    public async Task<Failure?> RunAsync(CancellationToken cancelled, CancellationToken stop)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        try
        {
            blueprint = await services.Planner.PlanAsync(operation, stop);
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            return new(Failure.Internal, null, $"the plan could not be made: {exception.Message}", []);
        }

        await RecallAsync(stop);
        try
        {
            await ObjectGraph.RunAsync(
                blueprint.Nodes, node => node.Key, node => node.Dependencies.Select(dependency => dependency.Key), MakeAsync);
        }
        catch (Exception) when (!stop.IsCancellationRequested && (failure is not null || cancelled.IsCancellationRequested))
        {
            return cancelled.IsCancellationRequested ? await CancelledAsync(stop) : failure;
        }

        if (cancelled.IsCancellationRequested)
        {
            return await CancelledAsync(stop);
        }

        try
        {
            Outputs = EvaluateOutputs(blueprint);
        }
        catch (Exception exception)
        {
            return new(Failure.Internal, null, $"the outputs could not be computed: {exception.Message}", []);
        }

        Retiring = [.. (await NotNeededAsync(await services.Store.ListObjectsAsync(operation.SubjectId, stop), stop)).Select(item => item.Key)];
        return null;

        async Task MakeAsync(Node node)
        {
            try
            {
                values[node] = node switch
                {
                    IGeneratedNode generated => await GenerateAsync(node, generated),
                    IObjectNode planned => await MakeObjectAsync(node, planned, abandoned.Token, stop),
                    _ => throw new InvalidOperationException($"Nothing makes a {node.GetType().Name}."),
                };
            }
            catch (ObjectFailedException exception)
            {
                Interlocked.CompareExchange(ref failure, exception.Failure, null);
                abandoned.Cancel();
                var key = keys.GetValueOrDefault(node, node.Key);
                await AppendAsync(new ObjectFailed(key, exception.Failure.Message, exception.Failure.LastLog));
                throw;
            }
            catch
            {
                // No object waits on when the store fails, or the process is to end.
                abandoned.Cancel();
                throw;
            }
        }
    }

    /// <summary>What was there before, and what is to be done now.</summary>
    private async Task RecallAsync(CancellationToken stop)
    {
        var before = await services.Store.ListObjectsAsync(operation.SubjectId, stop);
        if (!past.IsPlanned)
        {
            await AppendAsync(new OperationPlanned([.. blueprint.Nodes.Select(StepOf), .. (await NotNeededAsync(before, stop)).Select(RemovalOf)]));
        }

        foreach (var ofNode in before.GroupBy(item => item.BlueprintKey))
        {
            recorded[ofNode.Key] = [.. ofNode];
        }

        if (operation.Kind != OperationKind.Create && blueprint.Nodes.Any(node => node is IGeneratedNode))
        {
            drawn = await GeneratedValues.ReadAsync(services.Store, operation.Subject, operation.SubjectId, stop);
        }
    }

    private async Task<object> GenerateAsync(Node node, IGeneratedNode generated)
    {
        if (drawn.TryGetValue(node.Key, out var value))
        {
            return new Secret(services.Vault.Unprotect(value));
        }

        var password = Draw.Password(services.Random, generated.Length);
        await AppendAsync(new ValueGenerated(node.Key, services.Vault.Protect(password)));
        return new Secret(password);
    }

    private async Task<object> MakeObjectAsync(Node node, IObjectNode planned, CancellationToken abandoned, CancellationToken stop)
    {
        abandoned.ThrowIfCancellationRequested();
        stop.ThrowIfCancellationRequested();
        if (Current(node, planned) is not { } record)
        {
            return await CreateAsync(node, node.Key, planned, abandoned, stop);
        }

        keys[node] = record.Key;
        var done = new TaskCompletionSource();
        var claim = new Lazy<Task>(done.Task);
        var claimed = claims.GetOrAdd(record.Key, claim);
        if (claimed != claim)
        {
            // Something that it needed was replaced, and it had to go before.
            await claimed.Value;
            return await CreateAsync(node, record.Key, planned, abandoned, stop);
        }

        try
        {
            var state = record.Operation == operation.Id || past.Changing.Contains(record.Key)
                ? await ResumeAsync(node, record, abandoned, stop)
                : await ChangeAsync(node, record, planned, abandoned, stop);
            if (keys[node] != record.Key)
            {
                claims.TryRemove(record.Key, out _);
            }

            return state;
        }
        finally
        {
            done.SetResult();
            recorded.TryRemove(node.Key, out _);
        }
    }

    /// <summary>Goes on with what this operation had begun. What was intended stays what it was, whatever would be computed now.</summary>
    private async Task<object> ResumeAsync(Node node, ObjectRecord record, CancellationToken abandoned, CancellationToken stop)
    {
        var spec = SpecOf(record);
        var handler = services.Handlers.OfKind(record.Kind);
        if (record is { Status: ObjectStatus.Ready, State: { } state })
        {
            return services.Serializer.Deserialize(state, handler.StateType);
        }

        return await MakeReadyAsync(node, DriverOf(record, handler, spec), abandoned, stop);
    }

    private async Task<object> CreateAsync(Node node, string key, IObjectNode planned, CancellationToken abandoned, CancellationToken stop)
    {
        keys[node] = key;
        var (handler, spec) = Evaluate(node, planned);
        var marks = new Marks(services.Store.InstallationId, operation.Subject.ToString(), operation.SubjectId, operation.Id, key);
        var driver = new ObjectDriver(handler, spec, marks, operation, services, pace);
        await AppendAsync(new ObjectIntended(
            key, handler.Kind, spec.Identity, services.Serializer.Serialize(spec), DependenciesOf(node), spec.HoldsData));
        return await MakeReadyAsync(node, driver, abandoned, stop);
    }

    /// <summary>Brings an object that an earlier operation made to the specification of this one.</summary>
    private async Task<object> ChangeAsync(
        Node node, ObjectRecord record, IObjectNode planned, CancellationToken abandoned, CancellationToken stop)
    {
        var (handler, spec) = Evaluate(node, planned);
        var dependencies = DependenciesOf(node);
        var isSameKind = record.Kind == handler.Kind;
        var isSame = isSameKind
            && ObjectSerializer.AreEqual(SpecOf(record), spec)
            && dependencies.ToHashSet().SetEquals(record.DependsOn);
        if (past.Replacing.Contains(record.Key))
        {
            return await ReplaceAsync(node, record, planned, abandoned, stop);
        }

        if (isSame)
        {
            var driver = DriverOf(record, handler, spec);
            driver.BeforeChange = () => AppendAsync(new ObjectRestoring(record.Key, record));
            try
            {
                return await MakeReadyAsync(node, driver, abandoned, stop);
            }
            catch (ObjectFailedException) when (operation.Request.Action == OperationAction.Repair && !record.HoldsData)
            {
                return await ReplaceAsync(node, record, planned, abandoned, stop);
            }
        }

        if (isSameKind && record.Identity == spec.Identity && handler.CanChange(SpecOf(record), spec))
        {
            await AppendAsync(new ObjectChanging(record.Key, services.Serializer.Serialize(spec), dependencies, spec.HoldsData, record));
            return await MakeReadyAsync(node, DriverOf(record, handler, spec), abandoned, stop);
        }

        return isSameKind && record.Identity == spec.Identity
            ? await ReplaceAsync(node, record, planned, abandoned, stop)
            : await CreateAsync(node, KeyBeside(record), planned, abandoned, stop);
    }

    /// <summary>
    /// Two objects cannot have one identity: the old one goes first, after everything that needs it. What of that is still wanted is made
    /// again when its turn comes.
    /// </summary>
    private async Task<object> ReplaceAsync(
        Node node, ObjectRecord record, IObjectNode planned, CancellationToken abandoned, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abandoned, stop);
        await ClearAsync(record, await services.Store.ListObjectsAsync(operation.SubjectId, stop), either.Token);
        return await CreateAsync(node, record.Key, planned, abandoned, stop);
    }

    private async Task ClearAsync(ObjectRecord item, IReadOnlyList<ObjectRecord> recorded, CancellationToken cancellationToken)
    {
        if (item.HoldsData)
        {
            throw new ObjectFailedException(new(
                Failure.Internal, item.Key, $"{item.Identity} holds data, which would be lost if it were made anew under the same name.", []));
        }

        await Task.WhenAll(recorded.Where(other => other.DependsOn.Contains(item.Key)).Select(ClearDependentAsync));
        if (!past.Replacing.Contains(item.Key))
        {
            await AppendAsync(new ObjectReplacing(item.Key, item));
        }

        await DriverOf(item, services.Handlers.OfKind(item.Kind), SpecOf(item)).MakeAbsentAsync(cancellationToken);
        await AppendAsync(new ObjectDeleted(item.Key));

        // Those whose node is at work on them already have all that they wait for. A node that has made another object instead lets go of the
        // former one, which is deleted here as the others are, each once.
        async Task ClearDependentAsync(ObjectRecord other)
        {
            do
            {
                await claims.GetOrAdd(other.Key, _ => new(() => ClearAsync(other, recorded, cancellationToken))).Value;
            }
            while (!claims.ContainsKey(other.Key));
        }
    }

    private async Task<object> MakeReadyAsync(Node node, ObjectDriver driver, CancellationToken abandoned, CancellationToken stop)
    {
        var ready = await driver.MakeReadyAsync(abandoned, stop);
        await AppendAsync(new ObjectReady(keys[node], services.Serializer.Serialize(ready.State), ready.Word) { DependsOn = DependenciesOf(node) });
        return ready.State;
    }

    private (ICloudObjectHandler Handler, ICloudObjectSpec Spec) Evaluate(Node node, IObjectNode planned)
    {
        try
        {
            var spec = planned.Evaluate(new NodeValues(dependency => values[dependency]));
            return (services.Handlers.Of(spec), spec);
        }
        catch (Exception exception)
        {
            throw new ObjectFailedException(new(Failure.Internal, node.Key, $"it could not be planned: {exception.Message}", []));
        }
    }

    private ObjectDriver DriverOf(ObjectRecord record, ICloudObjectHandler handler, ICloudObjectSpec spec) =>
        ObjectDriver.Of(record, handler, spec, operation, services, pace);

    private ICloudObjectSpec SpecOf(ObjectRecord record)
    {
        try
        {
            return (ICloudObjectSpec)services.Serializer.Deserialize(record.Spec, services.Handlers.OfKind(record.Kind).SpecType);
        }
        catch (Exception exception)
        {
            throw new ObjectFailedException(new(Failure.Internal, record.Key, $"its record cannot be read: {exception.Message}", []));
        }
    }

    /// <summary>What this operation works on already, if it is taken up again; what is to be otherwise.</summary>
    private ObjectRecord? Current(Node node, IObjectNode planned) => recorded.GetValueOrDefault(node.Key) switch
    {
        null => null,
        [var only] => only,
        [.., var newest] when newest.Operation == operation.Id => newest,
        // One that is being replaced may only have to go for what it needs; where it is what is replaced, it has the identity that is wanted.
        var all => all.FirstOrDefault(item => past.Changing.Contains(item.Key)) ?? all.StandingFor(Evaluate(node, planned).Spec.Identity),
    };

    private string KeyBeside(ObjectRecord record)
    {
        var number = 2;
        while (recorded[record.BlueprintKey].Any(item => item.Key == $"{record.BlueprintKey}#{number}"))
        {
            number++;
        }

        return $"{record.BlueprintKey}#{number}";
    }

    private string[] DependenciesOf(Node node) => [.. node.Dependencies.Where(each => each is IObjectNode).Select(each => keys[each])];

    /// <summary>What goes once everything is ready: what the blueprint does not contain, and of a job what it has made itself.</summary>
    private async Task<IReadOnlyList<ObjectRecord>> NotNeededAsync(IReadOnlyList<ObjectRecord> before, CancellationToken stop)
    {
        if (operation.Kind == OperationKind.Run)
        {
            return [.. before.Where(item => item.Operation == operation.Id)];
        }

        var planned = blueprint.Nodes.Select(node => node.Key).ToHashSet();
        var retained = await services.Planner.RetainedAsync(operation, before, stop);
        return [.. before.Where(item => !retained.Contains(item.Key) && !IsNeeded(item))];

        bool IsNeeded(ObjectRecord item) => keys.IsEmpty ? planned.Contains(item.BlueprintKey) : keys.Values.Contains(item.Key);
    }

    private Dictionary<string, IReadOnlyDictionary<string, StoredValue>> EvaluateOutputs(Blueprint blueprint)
    {
        var known = new NodeValues(node => values[node]);
        return blueprint.Outputs.GroupBy(output => output.Part).ToDictionary(
            part => part.Key,
            part => (IReadOnlyDictionary<string, StoredValue>)part.ToDictionary(
                output => output.Name, output => services.Serializer.Store(output.Evaluate(known))));
    }

    private async Task<Failure> CancelledAsync(CancellationToken stop)
    {
        var current = await services.Store.FindOperationAsync(operation.Id, stop);
        return new(Failure.Cancelled, null, $"cancelled by {current?.CancelledBy ?? "the user"}", []);
    }

    private PlannedStep StepOf(Node node) => new(
        node.Key,
        node is IObjectNode planned ? services.Handlers.KindOf(planned) : PlannedStep.GeneratedValue,
        [.. node.Dependencies.Select(dependency => dependency.Key)]);

    private static PlannedStep RemovalOf(ObjectRecord item) => new(item.Key, item.Kind, item.DependsOn) { Removes = true };

    /// <summary>Thousands of operations run at once, each with few objects.</summary>
    private static ConcurrentDictionary<TKey, TValue> Small<TKey, TValue>()
        where TKey : notnull => new(concurrencyLevel: 1, capacity: 4);

    private Task AppendAsync(JournalEntry entry) => services.Store.AppendAsync(operation.Id, [entry], CancellationToken.None);
}
