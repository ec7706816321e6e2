using CaaStle.Abstractions;
using CaaStle.Clouds.Aws.Objects;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>Machines of EC2 that an environment's applications run on, where they do not run on Fargate.</summary>
/// <param name="Size">How many.</param>
/// <param name="OpenFrom">Addresses that SSH lets in; null without SSH.</param>
internal sealed record Machines(int Size, string InstanceType, string? OpenFrom)
{
    public const string LaunchOption = "launch";
    public const string Fargate = "fargate";
    public const string Ec2 = "ec2";
    public const string SizeOption = "cluster_size";
    public const string TypeOption = "instance_type";
    public const string SshOption = "ssh";
    public const string SshFromOption = "ssh_from";

    public const string Output = "Machines";
    public const string KeyOutput = "PrivateKeyFile";

    private const string UsualType = "t3.micro";
    private const string MachinePolicy = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";

    public static IReadOnlyList<OptionDescriptor> Options { get; } =
    [
        new(LaunchOption, OptionType.Text, "What applications run on; machines where their number or type is given, else Fargate.")
        {
            Choices = [Fargate, Ec2],
        },
        new(SizeOption, OptionType.Integer, "How many machines of EC2 there are; 1 where only their type is given.")
        {
            Minimum = 1,
            Maximum = 100,
            OnChange = ChangeEffect.ChangedInPlace,
        },
        new(TypeOption, OptionType.Text, $"The type of the machines of EC2; {UsualType} where only their number is given.")
        {
            Pattern = @"^[a-z0-9-]+\.[a-z0-9-]+$",
            PatternMeaning = "a type of EC2, as t3.small",
        },
        new(SshOption, OptionType.Boolean, "Whether the machines have a key pair, and let in by SSH whom `ssh_from` names.") { Default = "false" },
        new(SshFromOption, OptionType.Text, "The addresses that SSH lets in; nobody's where none are given.")
        {
            Pattern = @"^([0-9]{1,3}\.){3}[0-9]{1,3}/([1-9]|[12][0-9]|3[0-2])$",
            PatternMeaning = "a range of addresses, as 203.0.113.7/32",
        },
    ];

    /// <summary>Null for Fargate.</summary>
    public static Machines? Read(CoeRequest request)
    {
        var options = request.Options;
        var isWanted = options.TextOrNull(LaunchOption) is { } launch
            ? launch == Ec2
            : options.Has(SizeOption) || options.Has(TypeOption);
        var size = options.Has(SizeOption) ? (int)options.Integer(SizeOption) : 1;
        return isWanted
            ? new(
                request.IsStopped ? 0 : size,
                options.TextOrNull(TypeOption) ?? UsualType,
                options.Boolean(SshOption) ? options.TextOrNull(SshFromOption) ?? "" : null)
            : null;
    }

    /// <summary>
    /// Their objects. Those of other machines have other names, so that they are there before the former ones go.
    /// </summary>
    public void AddTo(
        Blueprint plan, Scope scope, Node<PlaceState> place, Node<SecurityGroupState> group, Node<EcsClusterState> cluster)
    {
        var role = plan.Add("machine-role", place, found => new IamRoleSpec(
            found.At, scope.ObjectName("machine"), [MachinePolicy], null) { Service = "ec2.amazonaws.com" });
        var profile = plan.Add("machine-profile", place, role, (found, _) => new InstanceProfileSpec(
            found.At, scope.ObjectName("machine"), scope.ObjectName("machine")));
        var (key, door) = OpenFrom is null ? (null, null) : AddSsh(plan, scope, place);
        var name = $"machines-{InstanceType.Replace('.', '-')}{OpenFrom switch { null => "", "" => "-ssh", _ => "-ssh-open" }}";
        Node[] needed = [place, profile, group, cluster];
        var template = plan.Add<LaunchTemplateState>(
            "launch-template",
            [.. needed, .. key is null ? [] : new Node[] { key }, .. door is null ? [] : new Node[] { door }],
            values => new LaunchTemplateSpec(
                values.Of(place).At,
                scope.ObjectName(name),
                door is null ? [values.Of(group).Id] : [values.Of(group).Id, values.Of(door).Id],
                new(InstanceType, values.Of(profile).Name, values.Of(cluster).Name, key is null ? null : values.Of(key).Name)));
        var machines = plan.Add("machines", place, template, (found, made) => new AutoScalingGroupSpec(
            found.At, scope.ObjectName(name), made.Id, found.Subnets, Size));
        var capacity = plan.Add("capacity", place, cluster, machines, (found, made, scaled) => new EcsCapacitySpec(
            found.At, $"cld-{scope.ObjectName(name)}", made.Name, scaled.Arn, scaled.Name, Size));
        plan.Output(Output, capacity, made => made.Group);
        if (key is null)
        {
            plan.Output(KeyOutput, "");
        }
        else
        {
            plan.Output(KeyOutput, key, made => made.PrivateKeyFile);
        }
    }

    private (Node<KeyPairState> Key, Node<SecurityGroupState>? Door) AddSsh(Blueprint plan, Scope scope, Node<PlaceState> place)
    {
        var key = plan.Add("key-pair", place, found => new KeyPairSpec(found.At, scope.ObjectName("ssh")));
        var door = OpenFrom is { Length: > 0 }
            ? plan.Add("ssh-group", place, found => new SecurityGroupSpec(
                found.At, SecurityGroupSpec.NameIn(scope, "ssh"), found.Vpc, $"SSH to the machines of {scope.Name}", [Ingress.Port(22, OpenFrom)]))
            : null;
        return (key, door);
    }
}
