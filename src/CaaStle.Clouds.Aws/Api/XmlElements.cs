using System.Xml.Linq;

namespace CaaStle.Clouds.Aws.Api;

/// <summary>Reads answers in XML, whose lists have elements named <c>member</c>, <c>item</c> or after what they are.</summary>
internal static class XmlElements
{
    /// <summary>The text of the first element of that name at any depth.</summary>
    public static string Text(this XElement element, string name) =>
        element.TextOrNull(name) ?? throw new InvalidDataException($"AWS's answer has no {name}.");

    public static string? TextOrNull(this XElement element, string name) => element.Descendants(name).FirstOrDefault()?.Value;

    /// <summary>The members of the first list of that name.</summary>
    public static IEnumerable<XElement> List(this XElement element, string name) =>
        element.Descendants(name).FirstOrDefault()?.Elements() ?? [];

    /// <summary>The members of a list of tags.</summary>
    public static Dictionary<string, string> Tags(this XElement element, string name) =>
        element.List(name).ToDictionary(tag => tag.Either("Key", "key"), tag => tag.Either("Value", "value"));

    private static string Either(this XElement element, string first, string second) =>
        (element.Element(first) ?? element.Element(second))?.Value ?? "";
}
