using System.Text.Json;
using System.Text.Json.Serialization;

namespace CaaStle.Clouds.Aws.Api;

internal static class AwsJson
{
    /// <summary>Names as they are written; services differ in how they begin.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNameCaseInsensitive = true,
    };
}
