using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace CaaStle.Clouds.Aws.Api;

/// <summary>Writes requests in the protocols JSON 1.x, REST-JSON, Query and EC2 Query.</summary>
internal sealed class RequestWriter(AwsService service) : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var call = (AwsRequest)input;
        var request = new DefaultRequest(call, service.Id) { HttpMethod = call.Method, ResourcePath = call.Path };
        if (service.Protocol is WireProtocol.Json10 or WireProtocol.Json11)
        {
            request.Headers["X-Amz-Target"] = $"{service.Target}.{call.Operation}";
            request.Headers["Content-Type"] = service.Protocol == WireProtocol.Json10
                ? "application/x-amz-json-1.0"
                : "application/x-amz-json-1.1";
            request.Content = JsonSerializer.SerializeToUtf8Bytes(call.Body ?? new { }, AwsJson.Options);
            return request;
        }

        if (service.Protocol == WireProtocol.RestJson)
        {
            return WriteRest(call, request);
        }

        var form = new StringBuilder("Action=").Append(call.Operation).Append("&Version=").Append(service.Version);
        foreach (var (name, value) in call.Parameters)
        {
            form.Append('&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        request.Headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8";
        request.Content = Encoding.UTF8.GetBytes(form.ToString());
        return request;
    }

    private static DefaultRequest WriteRest(AwsRequest call, DefaultRequest request)
    {
        request.UseQueryString = true;
        foreach (var (name, value) in call.Parameters)
        {
            if (call.Path.Contains($"{{{name}}}", StringComparison.Ordinal))
            {
                request.AddPathResource($"{{{name}}}", value);
            }
            else
            {
                request.Parameters[name] = value;
            }
        }

        if (call.Body is not null)
        {
            request.Headers["Content-Type"] = "application/json";
            request.Content = JsonSerializer.SerializeToUtf8Bytes(call.Body, AwsJson.Options);
        }

        return request;
    }
}

internal sealed class JsonReader : JsonResponseUnmarshaller
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        var bytes = AwsWire.ReadAll(input.Stream);
        return new AwsResponse { Json = bytes.Length == 0 ? null : JsonNode.Parse(bytes) };
    }

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode) =>
        AwsWire.ReadError(AwsWire.ReadAll(input.Stream), input.ResponseData, statusCode, innerException);
}

internal sealed class XmlReader : XmlResponseUnmarshaller
{
    public override AmazonWebServiceResponse Unmarshall(UnmarshallerContext input) => Unmarshall((XmlUnmarshallerContext)input);

    public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext input) =>
        new AwsResponse { Xml = AwsWire.WithoutNamespaces(XDocument.Load(input.Stream).Root!) };

    public override AmazonServiceException UnmarshallException(
        XmlUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode) =>
        AwsWire.ReadError(AwsWire.ReadAll(input.Stream), input.ResponseData, statusCode, innerException);

    protected override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException) =>
        new XmlUnmarshallerContext(responseStream, maintainResponseBody, response, isException);

    protected override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException, IRequestContext requestContext) =>
        new XmlUnmarshallerContext(responseStream, maintainResponseBody, response, isException, requestContext);
}

internal static class AwsWire
{
    private const int ShownLength = 200;

    public static byte[] ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }

    public static XElement WithoutNamespaces(XElement root)
    {
        foreach (var element in root.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
        }

        return root;
    }

    /// <summary>
    /// The error in either format: services answer in their own, but what stands before them (authentication, load balancers)
    /// need not. What is in neither has the code <c>Http503</c>.
    /// </summary>
    public static AmazonServiceException ReadError(byte[] body, IWebResponseData response, HttpStatusCode status, Exception? inner)
    {
        string? Header(string name) => response.IsHeaderPresent(name) ? response.GetHeaderValue(name) : null;

        var (code, message, request) = FromJson(body) ?? FromXml(body) ?? (null, null, null);
        code = Header("x-amzn-ErrorType") ?? code ?? $"Http{(int)status}";
        // As "com.amazonaws.ecs#ClusterNotFoundException:http://...".
        code = code.Split(':')[0];
        code = code[(code.LastIndexOf('#') + 1)..];
        message ??= Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, ShownLength))).ReplaceLineEndings(" ");
        return new(
            message,
            inner,
            (int)status >= 500 ? ErrorType.Receiver : ErrorType.Sender,
            code,
            request ?? Header("x-amzn-RequestId"),
            status);
    }

    private static (string? Code, string? Message, string? Request)? FromJson(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject error
                ? ((string?)error["__type"] ?? (string?)error["code"] ?? (string?)error["ErrorCode"], (string?)error["message"] ?? (string?)error["Message"], null)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (string? Code, string? Message, string? Request)? FromXml(byte[] body)
    {
        try
        {
            var root = WithoutNamespaces(XDocument.Load(new MemoryStream(body)).Root!);
            string? First(string name) => root.DescendantsAndSelf(name).FirstOrDefault()?.Value;
            return First("Code") is { } code ? (code, First("Message"), First("RequestId") ?? First("RequestID")) : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
