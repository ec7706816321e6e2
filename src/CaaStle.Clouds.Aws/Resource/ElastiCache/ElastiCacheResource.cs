using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Resource.ElastiCache;

/// <summary>A Redis server of ElastiCache, which only what runs in the cluster can reach.</summary>
internal sealed class ElastiCacheResource : IResourceType
{
    private const int Port = 6379;
    private const int LongestName = 40;
    private const string FlavorOption = "configuration.flavor";
    private const string VersionOption = "configuration.version";

    public TypeDescriptor Descriptor { get; } = new(
        "elasticache",
        "A Redis server of Amazon ElastiCache. Clients connect with TLS.",
        [
            new(FlavorOption, OptionType.Text, "The type of the server's machine.")
            {
                Default = "cache.t3.micro",
                Pattern = @"^cache\.[a-z0-9-]+\.[a-z0-9]+$",
                PatternMeaning = "a node type of ElastiCache, as cache.t3.micro",
                OnChange = ChangeEffect.LosesData,
            },
            new(VersionOption, OptionType.Text, "Redis's version, as 7.1; ElastiCache's own choice where none is given.")
            {
                OnChange = ChangeEffect.LosesData,
            },
        ],
        [
            new("Address", "The server's name."),
            new("Port", "The server's port."),
            new("Password", "The password that clients authenticate with.", Secret: true),
            new("Url", "All of it: rediss://default:password@address:port/0.", Secret: true),
        ]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var (scope, options) = (request.Environment, request.Options);
        var name = request.PartName(Descriptor.Type);
        var place = plan.SharePlace(scope);
        var password = plan.Password("password");
        var group = ResourceAccess.AddSecurityGroup(plan, request, name, Port);
        var subnets = plan.Add("subnet-group", place, found => new CacheSubnetGroupSpec(found.At, scope.ObjectName(name), found.Subnets));
        var server = plan.Add<ReplicationGroupState>("server", [place, password, group, subnets], values => new ReplicationGroupSpec(
            values.Of(place).At,
            scope.ObjectName(request.OfGeneration(name), LongestName),
            options.Text(FlavorOption),
            options.TextOrNull(VersionOption),
            values.Of(password),
            values.Of(subnets).Name,
            values.Of(group).Id));

        plan.Output("Address", server, made => made.Address);
        plan.Output("Port", server, made => made.Port);
        plan.Output("Password", password, drawn => drawn);
        plan.Output(
            "Url", server, password, (made, drawn) => Value.Hidden($"rediss://default:{drawn.Reveal()}@{made.Address}:{made.Port}/0"));
    }
}
