using System.Text.Json;
using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Resource.Rds;

/// <summary>A relational database of RDS, in the environment's network.</summary>
internal sealed class RdsResource : IResourceType
{
    private const string EngineOption = "configuration.engine";
    private const string FlavorOption = "configuration.flavor";
    private const string VersionOption = "configuration.version";
    private const string StorageOption = "configuration.storage";
    private const string DatabaseOption = "configuration.dbname";
    private const string UserOption = "configuration.username";

    private static readonly Dictionary<string, (int Port, string Scheme)> Engines = new()
    {
        ["mysql"] = (3306, "mysql"),
        ["mariadb"] = (3306, "mysql"),
        ["postgres"] = (5432, "postgresql"),
    };

    public TypeDescriptor Descriptor { get; } = new(
        "rds",
        "A relational database of Amazon RDS.",
        [
            new(EngineOption, OptionType.Text, "The database engine.")
            {
                Default = "mysql",
                Choices = [.. Engines.Keys],
                OnChange = ChangeEffect.LosesData,
            },
            new(FlavorOption, OptionType.Text, "The class of the database's machine.")
            {
                Default = "db.t3.micro",
                Pattern = @"^db\.[a-z0-9-]+\.[a-z0-9]+$",
                PatternMeaning = "a class of RDS, as db.t3.micro",
                OnChange = ChangeEffect.ChangedInPlace,
            },
            new(VersionOption, OptionType.Text, "The engine's version, as 8.0; RDS's own choice where none is given.")
            {
                OnChange = ChangeEffect.LosesData,
            },
            new(StorageOption, OptionType.Integer, "Gigabytes; can be changed to more, not to less.")
            {
                Default = "20",
                Minimum = 20,
                Maximum = 65536,
                OnChange = ChangeEffect.ChangedInPlace,
            },
            new(DatabaseOption, OptionType.Text, "The database that is made.")
            {
                Default = "testdb",
                Pattern = "^[A-Za-z][A-Za-z0-9_]{0,62}$",
                PatternMeaning = "a letter, then letters, digits and underscores, at most 63 in all",
                OnChange = ChangeEffect.LosesData,
            },
            new(UserOption, OptionType.Text, "The user that is made, who may do everything in the database.")
            {
                Default = "testuser",
                Pattern = "^[A-Za-z][A-Za-z0-9_]{0,15}$",
                PatternMeaning = "a letter, then letters, digits and underscores, at most 16 in all",
                OnChange = ChangeEffect.LosesData,
            },
            ResourceAccess.AccessDescriptor,
        ],
        [
            new("DBInstanceIdentifier", "The database's name in RDS."),
            new("DBInstanceClass", "The class of its machine."),
            new("Engine", "The database engine."),
            new("MasterUsername", "The user who may do everything in the database."),
            new("MasterUserPassword", "That user's password.", Secret: true),
            new("DBName", "The database."),
            new("Address", "The server's name."),
            new("Port", "The server's port."),
            new("Url", "All of it: mysql://user:password@address:port/database, or postgresql://…", Secret: true),
            new("SecretArn", "The secret of Secrets Manager that has the user and the password."),
            new("vpc_id", "The VPC's id."),
            new("sql-security-group-name", "The name of the security group that lets clients in."),
            new("sql-security-group-id", "Its id."),
        ]);

    public void Plan(ResourceRequest request, Blueprint plan)
    {
        var (scope, options) = (request.Environment, request.Options);
        var (engine, user, database) = (options.Text(EngineOption), options.Text(UserOption), options.Text(DatabaseOption));
        var (port, scheme) = Engines[engine];
        var name = request.PartName(Descriptor.Type);
        var (place, members) = (plan.SharePlace(scope), plan.ShareSecurityGroup(scope));
        var password = plan.Password("password");
        var secret = plan.Add("secret", place, password, (found, drawn) => new ManagedSecretSpec(
            found.At,
            scope.ObjectName(name),
            $"The database {name} of the environment {scope.Name}",
            new(JsonSerializer.Serialize(new { username = user, password = drawn.Reveal() }))));
        var group = ResourceAccess.AddSecurityGroup(plan, request, name, port);
        var subnets = plan.Add("subnet-group", place, found => new DbSubnetGroupSpec(found.At, scope.ObjectName(name), found.Subnets));
        var instance = plan.Add<DbInstanceState>("instance", [place, password, secret, group, subnets], values => new DbInstanceSpec(
            values.Of(place).At,
            scope.ObjectName(request.OfGeneration(name)),
            engine,
            options.TextOrNull(VersionOption),
            options.Text(FlavorOption),
            (int)options.Integer(StorageOption),
            database,
            user,
            values.Of(password),
            values.Of(subnets).Name,
            values.Of(group).Id,
            ResourceAccess.IsPublic(request))
        {
            IsStopped = request.IsStopped,
        });

        plan.Output("DBInstanceIdentifier", scope.ObjectName(request.OfGeneration(name)));
        plan.Output("DBInstanceClass", options.Text(FlavorOption));
        plan.Output("Engine", engine);
        plan.Output("MasterUsername", user);
        plan.Output("MasterUserPassword", password, drawn => drawn);
        plan.Output("DBName", database);
        plan.Output("Address", instance, made => made.Address);
        plan.Output("Port", instance, made => made.Port);
        plan.Output("Url", instance, password, (made, drawn) =>
            Value.Hidden($"{scheme}://{user}:{drawn.Reveal()}@{made.Address}:{made.Port}/{database}"));
        plan.Output("SecretArn", secret, made => made.Arn);
        plan.Output("vpc_id", place, found => found.Vpc);
        plan.Output("sql-security-group-name", group, made => made.Name);
        plan.Output("sql-security-group-id", group, made => made.Id);
    }
}
