using System.Text.Json;
using System.Xml.Linq;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;
using CaaStle.Abstractions;

namespace CaaStle.Clouds.Aws.Api;

/// <summary>Speaks to one service in one region, by the AWS SDK's own runtime: credentials, signatures, clock skew, addresses.</summary>
internal sealed class AwsClient : AmazonServiceClient
{
    private readonly AwsService service;
    private readonly InvokeOptions options;

    public AwsClient(AwsService service, AWSCredentials credentials, string region)
        : base(credentials, new AwsClientConfig(service) { RegionEndpoint = RegionEndpoint.GetBySystemName(region) })
    {
        this.service = service;
        options = new()
        {
            RequestMarshaller = new RequestWriter(service),
            ResponseUnmarshaller = service.Protocol is WireProtocol.Query or WireProtocol.Ec2Query ? new XmlReader() : new JsonReader(),
        };
    }

    protected override IServiceMetadata ServiceMetadata => new Metadata(service?.Id ?? "");

    /// <summary>The answer of a service that speaks JSON.</summary>
    /// <exception cref="CloudException">There is none, or it is an error.</exception>
    public async Task<T> CallAsync<T>(string operation, object body, CancellationToken cancellationToken) =>
        await CallAsync<T>(new AwsRequest(operation) { Body = body }, cancellationToken);

    /// <inheritdoc cref="CallAsync{T}(string,object,CancellationToken)"/>
    public async Task<T> CallAsync<T>(AwsRequest request, CancellationToken cancellationToken) =>
        (await SendAsync(request, cancellationToken)).Json.Deserialize<T>(AwsJson.Options)!;

    public Task CallAsync(string operation, object body, CancellationToken cancellationToken) =>
        CallAsync(new AwsRequest(operation) { Body = body }, cancellationToken);

    public Task CallAsync(AwsRequest request, CancellationToken cancellationToken) => SendAsync(request, cancellationToken);

    /// <summary>The answer of a service that speaks XML.</summary>
    public async Task<XElement> QueryAsync(AwsRequest request, CancellationToken cancellationToken) =>
        (await SendAsync(request, cancellationToken)).Xml!;

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new Addressing());
        pipeline.AddHandlerAfter<Marshaller>(new Signing());
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new SingleAttempt(Config)));
    }

    private Task<AwsResponse> SendAsync(AwsRequest request, CancellationToken cancellationToken) =>
        AwsErrors.CallAsync(request.Operation, () => InvokeAsync<AwsResponse>(request, options, cancellationToken));

    private sealed class Metadata(string id) : IServiceMetadata
    {
        public string ServiceId => id;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }

    private sealed class Addressing : BaseEndpointResolver
    {
        protected override void PreInvoke(IExecutionContext executionContext)
        {
            var request = executionContext.RequestContext.Request;
            var config = (AwsClientConfig)executionContext.RequestContext.ClientConfig;
            request.Endpoint = new(config.Address);
            request.OverrideSigningServiceName = config.Service.SigningName;
            request.AuthenticationRegion = config.SigningRegion;
        }
    }

    private sealed class Signing : BaseAuthResolverHandler
    {
        private static readonly List<IAuthSchemeOption> SignatureVersion4 = [new AuthSchemeOption { SchemeId = "aws.auth#sigv4" }];

        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => SignatureVersion4;
    }
}

internal sealed class AwsClientConfig : ClientConfig
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    public AwsClientConfig(AwsService service)
        : base(new DefaultConfigurationProvider([
            new DefaultConfiguration
            {
                Name = DefaultConfigurationMode.Standard,
                RetryMode = RequestRetryMode.Standard,
                ConnectTimeout = ConnectPatience,
                TlsNegotiationTimeout = ConnectPatience,
            },
        ]))
    {
        Service = service;
        ServiceId = service.Id;
        AuthenticationServiceName = service.SigningName;
        RetryMode = RequestRetryMode.Standard;
        MaxErrorRetry = 1;
        Timeout = AnswerPatience;
    }

    public AwsService Service { get; }

    public override string ServiceVersion => Service.Version;

    public override string UserAgent => "caastle";

    public override string RegionEndpointServiceName => Service.Prefix;

    /// <summary>
    /// What the user has set for it (<c>AWS_ENDPOINT_URL</c>, <c>AWS_ENDPOINT_URL_ECS</c>, a profile's services), or AWS's own.
    /// </summary>
    public string Address => !string.IsNullOrEmpty(ServiceURL) ? ServiceURL
        : Service.IsGlobal ? $"https://{Service.Prefix}.{RegionEndpoint.PartitionDnsSuffix}"
        : $"https://{Service.Prefix}.{RegionEndpoint.SystemName}.{RegionEndpoint.PartitionDnsSuffix}";

    public string SigningRegion => (Service.IsGlobal, RegionEndpoint.PartitionName) switch
    {
        (false, _) => RegionEndpoint.SystemName,
        (true, "aws-cn") => "cn-north-1",
        (true, "aws-us-gov") => "us-gov-west-1",
        _ => "us-east-1",
    };

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) => new(Address);
}

/// <summary>
/// Sends each call once: what an error means, and when to ask again, is the engine's business, and what may have happened must not happen
/// twice. Only a call that was refused for its date is sent once more, with the server's.
/// </summary>
internal sealed class SingleAttempt(IClientConfig config) : Amazon.Runtime.Internal.StandardRetryPolicy(config)
{
    public override Task<bool> RetryForExceptionAsync(IExecutionContext executionContext, Exception exception) => Task.FromResult(false);

    public override bool RetryForException(IExecutionContext executionContext, Exception exception) => false;

    public override bool IsStaleConnectionError(Exception exception) => false;

    public override Task WaitBeforeRetryAsync(IExecutionContext executionContext) => Task.CompletedTask;
}
