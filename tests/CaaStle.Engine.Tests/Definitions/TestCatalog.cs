using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Tests.Definitions;

/// <summary>The clouds of the older files, with descriptors only.</summary>
internal sealed class TestCatalog : ICloudCatalog
{
    private static readonly OptionDescriptor[] Cluster =
    [
        new("cluster_size", OptionType.Integer, "How many machines.") { Default = "1", Minimum = 1, Maximum = 100 },
        new("instance_type", OptionType.Text, "What kind of machines.") { Default = "t2.micro" },
    ];

    private static readonly OptionDescriptor[] Place =
    [
        new("project", OptionType.Text, "The project."),
        new("zone", OptionType.Text, "The zone."),
    ];

    private static readonly OptionDescriptor[] Account =
    [
        new("username", OptionType.Text, "The user that applications are.") { Default = "testuser" },
        new("password", OptionType.Text, "Its password."),
        new("policy.access", OptionType.Text, "Who may connect.") { Pattern = @"open|[0-9.]+/[0-9]+", PatternMeaning = "open or a CIDR" },
    ];

    public IReadOnlyList<ICloud> Clouds { get; } =
    [
        new TestCloud(
            "aws",
            [Type("ecs", [.. Cluster], "Cluster"), Type("eks", [.. Cluster])],
            [
                Type(
                    "rds",
                    [
                        new("configuration.engine", OptionType.Text, "The engine.") { Choices = ["mysql", "postgres"], Required = true },
                        new("configuration.flavor", OptionType.Text, "The class.") { Default = "db.t1.micro" },
                        new("configuration.dbname", OptionType.Text, "The database.") { Default = "testdb" },
                        .. Account,
                    ],
                    "vpc_id", "sql-security-group-name", "sql-security-group-id", "DBInstanceIdentifier", "DBInstanceClass", "Engine",
                    "MasterUsername", "MasterUserPassword", "DBName", "Address"),
            ]),
        new TestCloud(
            "gcloud",
            [Type("gke", [.. Cluster, .. Place, new("network", OptionType.Text, "Without effect.") { Ignored = true }])],
            [
                Type(
                    "cloudsql",
                    [new("configuration.dbname", OptionType.Text, "The database.") { Default = "testdb" }, .. Place, .. Account],
                    "Address", "Username", "Password", "DBName"),
            ]),
        new TestCloud(
            "local",
            [Type("local-docker", [], "Network")],
            [
                Type(
                    "mysql",
                    [
                        new("version", OptionType.Text, "The version.") { Choices = ["8.0", "5.7"], Default = "8.0" },
                        new("configuration.dbname", OptionType.Text, "The database.") { Default = "testdb" },
                        new("persistent", OptionType.Boolean, "Whether data outlive the container.") { Default = "true" },
                        new("flags", OptionType.List, "Flags of the server.") { Default = "[--skip-name-resolve]" },
                        new("settings", OptionType.Map, "Settings of the server."),
                        .. Account,
                    ],
                    "Username", "Password", "Root_Password", "DBName", "DBHOST", "Address", "Port", "Url"),
                Type("redis", [], "Address", "Port"),
            ]),
    ];

    private static TypeDescriptor Type(string type, OptionDescriptor[] options, params string[] outputs) =>
        new(type, $"The type {type}.", options, [.. outputs.Select(name => new OutputDescriptor(name, $"The {name}.", name.Contains("Password")))]);

    private sealed class TestCloud(string name, TypeDescriptor[] coes, TypeDescriptor[] resources) : ICloud
    {
        public string Name => name;

        public IReadOnlyList<ICoeType> Coes { get; } = [.. coes.Select(type => new TestType(type))];

        public IReadOnlyList<IResourceType> Resources { get; } = [.. resources.Select(type => new TestType(type))];

        public IReadOnlyList<IRegistryType> Registries => [];

        public IReadOnlyList<ICloudObjectHandler> Handlers => [];

        public Task<IReadOnlyList<string>> FindObstaclesAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);
    }

    private sealed class TestType(TypeDescriptor descriptor) : ICoeType, IResourceType
    {
        public TypeDescriptor Descriptor => descriptor;

        public void Plan(CoeRequest request, Blueprint plan) => throw new NotSupportedException();

        public void PlanApplication(ApplicationRequest request, Blueprint plan) => throw new NotSupportedException();

        public void PlanJob(JobRequest request, Blueprint plan) => throw new NotSupportedException();

        public void Plan(ResourceRequest request, Blueprint plan) => throw new NotSupportedException();
    }
}
