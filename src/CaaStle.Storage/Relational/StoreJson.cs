using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CaaStle.Engine.Journal;

namespace CaaStle.Storage.Relational;

/// <summary>How what has no columns of its own is written. What was once written stays readable for ever.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    // A database may give the properties back in another order.
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(OperationRequest))]
[JsonSerializable(typeof(Failure))]
[JsonSerializable(typeof(Desired))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>>))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, TypeOf<T>());

    public static T Read<T>(string json) =>
        JsonSerializer.Deserialize(json, TypeOf<T>()) ?? throw new JsonException($"The store has 'null' where a {typeof(T).Name} belongs.");

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!;
}
