using System.Collections.Concurrent;
using CaaStle.Abstractions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Execution;

/// <summary>Makes everything in an operation's blueprint, each object the moment that those it depends on are ready.</summary>
internal sealed class Creation(Operation operation, EngineServices services, Pace pace)
{
    private readonly ConcurrentDictionary<Node, object> values = [];
    private Failure? failure;

    /// <summary>Of the subject, once the run succeeded.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>> Outputs { get; private set; } =
        new Dictionary<string, IReadOnlyDictionary<string, StoredValue>>();

    /// <param name="journal">What the operation did before; empty unless it is resumed.</param>
    /// <param name="cancelled">The user does not want it any more.</param>
    /// <param name="stop">The process is to end; ends the run with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Why it did not succeed; null when everything is ready.</returns>
    public async Task<Failure?> RunAsync(IReadOnlyList<JournalEntry> journal, CancellationToken cancelled, CancellationToken stop)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        Blueprint blueprint;
        try
        {
            blueprint = await services.Planner.PlanAsync(operation, stop);
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            return new(Failure.Internal, null, $"the plan could not be made: {exception.Message}", []);
        }

        if (!journal.OfType<OperationPlanned>().Any())
        {
            await AppendAsync(new OperationPlanned([.. blueprint.Nodes.Select(StepOf)]));
        }

        var past = new Past(journal);
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
            return null;
        }
        catch (Exception exception)
        {
            return new(Failure.Internal, null, $"the outputs could not be computed: {exception.Message}", []);
        }

        async Task MakeAsync(Node node)
        {
            try
            {
                values[node] = node switch
                {
                    IGeneratedNode generated => await GenerateAsync(node, generated, past),
                    IObjectNode planned => await MakeObjectAsync(node, planned, past, abandoned.Token, stop),
                    _ => throw new InvalidOperationException($"Nothing makes a {node.GetType().Name}."),
                };
            }
            catch (ObjectFailedException exception)
            {
                Interlocked.CompareExchange(ref failure, exception.Failure, null);
                abandoned.Cancel();
                await AppendAsync(new ObjectFailed(node.Key, exception.Failure.Message, exception.Failure.LastLog));
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

    private async Task<object> GenerateAsync(Node node, IGeneratedNode generated, Past past)
    {
        if (past.Values.TryGetValue(node.Key, out var drawn))
        {
            return new Secret(services.Vault.Unprotect(drawn));
        }

        var password = Draw.Password(services.Random, generated.Length);
        await AppendAsync(new ValueGenerated(node.Key, services.Vault.Protect(password)));
        return new Secret(password);
    }

    private async Task<object> MakeObjectAsync(Node node, IObjectNode planned, Past past, CancellationToken abandoned, CancellationToken stop)
    {
        abandoned.ThrowIfCancellationRequested();
        stop.ThrowIfCancellationRequested();
        ICloudObjectHandler handler;
        ICloudObjectSpec spec;
        var intended = past.Intents.GetValueOrDefault(node.Key);
        try
        {
            // What was intended before a crash stays what it was, whatever the extension would compute now.
            spec = intended is null
                ? planned.Evaluate(new NodeValues(dependency => values[dependency]))
                : (ICloudObjectSpec)services.Serializer.Deserialize(intended.Spec, services.Handlers.OfKind(intended.Kind).SpecType);
            handler = services.Handlers.Of(spec);
        }
        catch (Exception exception)
        {
            throw new ObjectFailedException(new(Failure.Internal, node.Key, $"it could not be planned: {exception.Message}", []));
        }

        if (past.States.TryGetValue(node.Key, out var state))
        {
            return services.Serializer.Deserialize(state, handler.StateType);
        }

        var marks = new Marks(services.Store.InstallationId, operation.Subject.ToString(), operation.SubjectId, operation.Id, node.Key);
        var driver = new ObjectDriver(handler, spec, marks, operation.Id, services.Store, services.Clock, pace);
        if (intended is null)
        {
            string[] dependencies = [.. node.Dependencies.OfType<IObjectNode>().Select(dependency => ((Node)dependency).Key)];
            await AppendAsync(new ObjectIntended(
                node.Key, handler.Kind, spec.Identity, services.Serializer.Serialize(spec), dependencies, spec.HoldsData));
        }
        else
        {
            driver.MarkUnsettled();
        }

        var ready = await driver.MakeReadyAsync(abandoned, stop);
        await AppendAsync(new ObjectReady(node.Key, services.Serializer.Serialize(ready.State), ready.Word));
        return ready.State;
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

    private Task AppendAsync(JournalEntry entry) => services.Store.AppendAsync(operation.Id, [entry], CancellationToken.None);

    /// <summary>What a resumed operation had done before.</summary>
    private sealed class Past(IReadOnlyList<JournalEntry> journal)
    {
        public Dictionary<string, string> Values { get; } =
            journal.OfType<ValueGenerated>().ToDictionary(entry => entry.Key, entry => entry.ProtectedValue);

        public Dictionary<string, ObjectIntended> Intents { get; } =
            journal.OfType<ObjectIntended>().ToDictionary(entry => entry.Key);

        public Dictionary<string, string> States { get; } =
            journal.OfType<ObjectReady>().ToDictionary(entry => entry.Key, entry => entry.State);
    }
}
