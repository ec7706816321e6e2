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

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Resolver.Options.GetTypeInfo(typeof(T));

    /// <summary>
    /// Generated code forgets what a property that was added later is to be where an old text does not have it: it sets such properties
    /// of a record in any case. The types that have some are read by reflection.
    /// </summary>
    private sealed class Resolver : IJsonTypeInfoResolver
    {
        private readonly DefaultJsonTypeInfoResolver byReflection = new();

        public static JsonSerializerOptions Options { get; } = new(Default.Options) { TypeInfoResolver = new Resolver() };

        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
            HasAddedProperties(type) ? byReflection.GetTypeInfo(type, options) : ((IJsonTypeInfoResolver)Default).GetTypeInfo(type, options);

        private static bool HasAddedProperties(Type type)
        {
            var parameters = type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.Name);
            return type.Namespace?.StartsWith(nameof(CaaStle), StringComparison.Ordinal) == true
                && type.GetProperties().Any(property => property.CanWrite && !parameters.Contains(property.Name));
        }
    }
}
