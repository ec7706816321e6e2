using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Amazon.Runtime;

namespace CaaStle.Clouds.Aws.Api;

/// <summary>A call of one operation, with what its service's protocol sends: a JSON body or named parameters.</summary>
/// <param name="route">
/// Where operations have methods and paths of their own, as <c>DELETE /file-systems/{FileSystemId}</c>: of the parameters those that are
/// named there are parts of the path, and the others of the query.
/// </param>
internal sealed class AwsRequest(string operation, string route = "POST /") : AmazonWebServiceRequest
{
    private readonly List<KeyValuePair<string, string>> parameters = [];

    public string Operation => operation;

    public string Method => route.Split(' ')[0];

    /// <summary>With the names of parameters in braces.</summary>
    public string Path => route.Split(' ')[1];

    public object? Body { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Parameters => parameters;

    /// <summary>Adds a parameter unless it has no value.</summary>
    public AwsRequest With(string name, string? value)
    {
        if (value is not null)
        {
            parameters.Add(new(name, value));
        }

        return this;
    }

    /// <summary>Adds a parameter in place of what it was before.</summary>
    public AwsRequest Set(string name, string value)
    {
        parameters.RemoveAll(parameter => parameter.Key == name);
        return With(name, value);
    }

    public AwsRequest With(string name, int value) => With(name, value.ToString(CultureInfo.InvariantCulture));

    public AwsRequest With(string name, bool value) => With(name, value ? "true" : "false");

    /// <summary>Adds <c>name.1</c>, <c>name.2</c>, ...</summary>
    public AwsRequest WithList(string name, IEnumerable<string> values)
    {
        foreach (var (index, value) in values.Index())
        {
            With($"{name}.{index + 1}", value);
        }

        return this;
    }

    /// <summary>Adds <c>name.1.Key</c>, <c>name.1.Value</c>, ...</summary>
    public AwsRequest WithTags(string name, IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (index, (key, value)) in tags.Index())
        {
            With($"{name}.{index + 1}.Key", key).With($"{name}.{index + 1}.Value", value);
        }

        return this;
    }
}

/// <summary>What a service answered, in the form of its protocol.</summary>
internal sealed class AwsResponse : AmazonWebServiceResponse
{
    public JsonNode? Json { get; init; }

    /// <summary>The root element, without namespaces.</summary>
    public XElement? Xml { get; init; }
}
