using System.Net.Http.Headers;

namespace CaaStle.Api;

/// <summary>Sends requests with relative addresses to one server, with its token.</summary>
public sealed class ServerAddressHandler(Uri address, string token, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(address, request.RequestUri!);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return base.SendAsync(request, cancellationToken);
    }
}
