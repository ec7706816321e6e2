using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CaaStle.Cli.Commands;

namespace CaaStle.Cli.Output;

/// <summary>Results for programs.</summary>
internal static class Structured
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(T value, JsonTypeInfo<T> type, OutputFormat format, TextWriter output)
    {
        var element = JsonSerializer.SerializeToElement(value, type);
        if (format == OutputFormat.Yaml)
        {
            output.Write(YamlWriter.Write(element));
            return;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
            element.WriteTo(writer);
        output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + '\n');
    }
}
