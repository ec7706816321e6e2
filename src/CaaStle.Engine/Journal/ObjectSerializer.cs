using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CaaStle.Abstractions;
using CaaStle.Engine.Ports;

namespace CaaStle.Engine.Journal;

/// <summary>Specifications and states as JSON for the journal. Secrets are protected by the vault: <c>{"secret": "..."}</c>.</summary>
public sealed class ObjectSerializer(ISecretVault vault)
{
    /// <summary>Secrets as they are: what a vault makes of one differs each time.</summary>
    private static readonly JsonSerializerOptions Clear = Options(new OpenVault());

    private readonly JsonSerializerOptions json = Options(vault);

    public string Serialize(object value) => JsonSerializer.Serialize(value, value.GetType(), json);

    public object Deserialize(string text, Type type) =>
        JsonSerializer.Deserialize(text, type, json) ?? throw new JsonException($"The journal has null where it should have {type.Name}.");

    /// <summary>Whether two specifications say the same, secrets included.</summary>
    public static bool AreEqual(object left, object right) =>
        left.GetType() == right.GetType()
        && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(left, left.GetType(), Clear), JsonSerializer.SerializeToNode(right, right.GetType(), Clear));

    public StoredValue Store(Value value) =>
        new(value.IsSecret ? vault.Protect(value.Reveal()) : value.Reveal(), value.IsSecret);

    public Value Restore(StoredValue value) => value.Secret ? Value.Hidden(vault.Unprotect(value.Text)) : Value.Plain(value.Text);

    private static JsonSerializerOptions Options(ISecretVault vault) => new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new SecretConverter(vault), new ValueConverter(vault), new JsonStringEnumConverter() },
    };

    private sealed class OpenVault : ISecretVault
    {
        public string Protect(string secret) => secret;

        public string Unprotect(string protectedText) => protectedText;
    }

    private sealed class SecretConverter(ISecretVault vault) : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(ReadProtected(ref reader, vault));

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            WriteProtected(writer, value.Reveal(), vault);
    }

    private sealed class ValueConverter(ISecretVault vault) : JsonConverter<Value>
    {
        public override Value Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? Value.Plain(reader.GetString()!) : Value.Hidden(ReadProtected(ref reader, vault));

        public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options)
        {
            if (value.IsSecret)
            {
                WriteProtected(writer, value.Reveal(), vault);
            }
            else
            {
                writer.WriteStringValue(value.Reveal());
            }
        }
    }

    private static string ReadProtected(ref Utf8JsonReader reader, ISecretVault vault)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return vault.Unprotect(document.RootElement.GetProperty("secret").GetString()!);
    }

    private static void WriteProtected(Utf8JsonWriter writer, string secret, ISecretVault vault)
    {
        writer.WriteStartObject();
        writer.WriteString("secret", vault.Protect(secret));
        writer.WriteEndObject();
    }
}
