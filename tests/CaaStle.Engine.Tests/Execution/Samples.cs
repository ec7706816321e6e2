using CaaStle.Clouds.Simulated;
using CaaStle.Engine.Definitions;
using CaaStle.Engine.Journal;
using CaaStle.Engine.Operations;
using CaaStle.Engine.Ports;
using CaaStle.Simulation;

namespace CaaStle.Engine.Tests.Execution;

internal static class Samples
{
    /// <summary>A network that takes a minute, then two databases that take five and ten more.</summary>
    public const string TwoDatabases = """
        environment:
          resources:
            simulated:
              - resource:
                  type: database
                  name: orders
                  configuration: {ready_after: 300}
              - resource:
                  type: database
                  name: users
                  configuration: {ready_after: 600}
          app_deployment:
            target: simulated
            type: simulated
            ready_after: 60
        """;

    public const string OneDatabase = """
        environment:
          resources:
            simulated:
              - resource:
                  type: database
                  name: orders
                  configuration: {ready_after: 300, version: 1, size: 1, engine: plain}
          app_deployment:
            target: simulated
            type: simulated
            ready_after: 60
        """;

    public const string FailingDatabase = """
        environment:
          resources:
            simulated:
              - resource:
                  type: database
                  name: orders
                  configuration: {ready_after: 300}
              - resource:
                  type: database
                  name: users
                  configuration: {ready_after: 600, fails_after: 120, failure: insufficient capacity}
          app_deployment:
            target: simulated
            type: simulated
        """;

    /// <summary>What <see cref="OneDatabase"/> cannot become: other data, and an instance that breaks.</summary>
    public static readonly string FailingUpdate = OneDatabase
        .Replace("version: 1", "version: 2, fails_after: 10, failure: wrong data format", StringComparison.Ordinal)
        .Replace("engine: plain", "engine: fast", StringComparison.Ordinal);

    public const string Application = """
        app:
          image: shop
          container_port: 80
          env:
            DB: $CAASTLE_DATABASE_ORDERS_Address
            PASSWORD: $CAASTLE_DATABASE_ORDERS_Password

        """;

    public const string FailingApplication = Application + "    SIMULATED_FAILS_AFTER: 5\n    SIMULATED_READY_AFTER: 10\n";

    public static readonly SubjectKey Environment = SubjectKey.Environment("orders");

    public static async Task DeployAsync(SimulatedHost host)
    {
        await host.CreateEnvironmentAsync(TwoDatabases);
        var accepted = await host.Service.DeployApplicationAsync(new("shop", "orders", Application, "app.yaml", false, "tester"), default);
        Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(accepted.Id)).State);
    }

    /// <summary>Everything in the cloud, and everything in the record, as <c>key</c>; they must be the same.</summary>
    public static async Task AssertCloudIsWhatTheRecordSays(SimulatedHost host)
    {
        var recorded = new List<string>();
        foreach (var kind in Enum.GetValues<SubjectKind>())
        {
            foreach (var subject in await host.Store.ListSubjectsAsync(kind, default))
            {
                var objects = await host.Store.ListObjectsAsync(subject.Id, default);
                Assert.All(objects, item => Assert.Equal(ObjectStatus.Ready, item.Status));
                recorded.AddRange(objects.Select(item => item.Identity));
            }
        }

        Assert.Equal(recorded.Order(), host.World.Objects.Select(item => item.Name).Order());
    }

    /// <summary>What is there, apart from when it came.</summary>
    public static IReadOnlyList<string> Contents(SimulatedHost host) =>
        [.. host.World.Objects.Select(item => $"{item.Name} [{item.Content}] needs {string.Join(',', item.Needs)}")];

    public static BindingReader Bindings(SimulatedHost host) =>
        new(host.Store, host.Services.Serializer, new DefinitionReader(host.Services.Catalog), host.Services.Catalog);

    /// <summary>Waits for all that is under way, which must succeed.</summary>
    public static async Task AllSucceedAsync(SimulatedHost host)
    {
        foreach (var operation in await host.Store.ListOperationsAsync(new(UnderWay: true), default))
        {
            Assert.Equal(OperationState.Succeeded, (await host.EndOfAsync(operation.Id)).State);
        }
    }

    public static IEnumerable<WorldCall> Changes(SimulatedHost host) =>
        host.Faults.Calls.Where(call => call.Kind is WorldCallKind.Create or WorldCallKind.Change or WorldCallKind.Delete);
}
