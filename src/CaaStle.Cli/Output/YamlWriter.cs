using System.Text;
using System.Text.Json;

namespace CaaStle.Cli.Output;

/// <summary>JSON as YAML 1.2 in block style.</summary>
internal static class YamlWriter
{
    public static string Write(JsonElement element)
    {
        var text = new StringBuilder();
        if (IsBlock(element))
            AppendBlock(text, element, 0);
        else
            text.Append(Scalar(element, 0)).Append('\n');
        return text.ToString();
    }

    private static void AppendBlock(StringBuilder text, JsonElement element, int indent, bool continuesLine = false)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                text.Append(' ', continuesLine ? 0 : indent).Append(Text(property.Name)).Append(':');
                continuesLine = false;
                AppendValue(text, property.Value, indent);
            }
        }
        else
        {
            foreach (var item in element.EnumerateArray())
            {
                text.Append(' ', continuesLine ? 0 : indent).Append('-');
                continuesLine = false;
                if (IsBlock(item))
                {
                    text.Append(' ');
                    AppendBlock(text, item, indent + 2, continuesLine: true);
                }
                else
                {
                    text.Append(' ').Append(Scalar(item, indent)).Append('\n');
                }
            }
        }
    }

    private static void AppendValue(StringBuilder text, JsonElement value, int indent)
    {
        if (IsBlock(value))
        {
            text.Append('\n');
            AppendBlock(text, value, indent + 2);
        }
        else
        {
            text.Append(' ').Append(Scalar(value, indent)).Append('\n');
        }
    }

    private static bool IsBlock(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(),
        JsonValueKind.Array => element.GetArrayLength() > 0,
        _ => false,
    };

    private static string Scalar(JsonElement element, int indent) => element.ValueKind switch
    {
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.String when element.GetString() is { } text && IsLiteral(text) => Literal(text, indent + 2),
        JsonValueKind.String => Text(element.GetString()!),
        _ => element.GetRawText(),
    };

    /// <summary>Several ordinary lines read best as they are.</summary>
    private static bool IsLiteral(string text) =>
        text.TrimEnd('\n').Contains('\n') && text[0] is not (' ' or '\n') && !text.Any(c => char.IsControl(c) && c is not '\n');

    private static string Literal(string text, int indent)
    {
        var body = text.TrimEnd('\n');
        var chomping = (text.Length - body.Length) switch { 0 => "-", 1 => "", _ => "+" };
        var lines = (chomping == "+" ? text[..^1] : body).Split('\n');
        return $"|{chomping}\n{string.Join('\n', lines.Select(line => line.Length == 0 ? "" : new string(' ', indent) + line))}";
    }

    private static string Text(string text) =>
        IsPlain(text) ? text : $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>Nothing that a reader of YAML 1.1 or 1.2 could take for anything but this text.</summary>
    private static bool IsPlain(string text) =>
        text.Length > 0
        && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '.' or ' ' or ':' or '@' or '+' or ',' or '(' or ')' or '=')
        && !text.Contains(": ") && text[^1] is not (':' or ' ')
        && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
}
