namespace CaaStle.Abstractions;

/// <summary>One vertex of a <see cref="Blueprint"/>: something with a key whose value is known once it is ready.</summary>
public abstract class Node
{
    private protected Node(string key, IReadOnlyList<Node> dependencies) => (Key, Dependencies) = (key, dependencies);

    /// <summary>Unique in the blueprint, as <c>mysql.orders/volume</c>.</summary>
    public string Key { get; }

    /// <summary>The nodes that must be ready before this one starts.</summary>
    public IReadOnlyList<Node> Dependencies { get; }
}

/// <summary>A node whose value, once ready, is a <typeparamref name="TValue"/>.</summary>
public abstract class Node<TValue> : Node
{
    private protected Node(string key, IReadOnlyList<Node> dependencies) : base(key, dependencies) { }
}

/// <summary>A cloud object to be made.</summary>
public interface IObjectNode
{
    /// <summary>What reading the object yields.</summary>
    Type StateType { get; }

    /// <summary>Computes the specification from the values of the dependencies. Pure: same values, same specification.</summary>
    ICloudObjectSpec Evaluate(NodeValues values);
}

/// <summary>A random value that is drawn once and kept in the journal: a password.</summary>
public interface IGeneratedNode
{
    int Length { get; }
}

/// <summary>The values of the nodes that are ready.</summary>
public sealed class NodeValues(Func<Node, object> valueOf)
{
    public TValue Of<TValue>(Node<TValue> node) => (TValue)valueOf(node);
}

internal sealed class ObjectNode<TState>(string key, IReadOnlyList<Node> dependencies, Func<NodeValues, ICloudObjectSpec<TState>> evaluate)
    : Node<TState>(key, dependencies), IObjectNode
{
    public Type StateType => typeof(TState);

    public ICloudObjectSpec Evaluate(NodeValues values) => evaluate(values);
}

internal sealed class GeneratedNode(string key, int length) : Node<Secret>(key, []), IGeneratedNode
{
    public int Length => length;
}
