using System.Text.Json.Serialization.Metadata;
using CaaStle.Api;
using CaaStle.Server.Hosting;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace CaaStle.Server.Tests;

/// <summary>What the OpenAPI document says beyond what the endpoints do.</summary>
internal static class OpenApiDescription
{
    private const string TokenScheme = "token";

    public static void Add(IServiceCollection services)
    {
        services.AddOpenApi(Configure);

        // The types of parameters, which are no part of the contract's JSON.
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver()));
    }

    private static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "CaaStle",
                Version = RunningServer.Version,
                Description = $"Every failure is an RFC 9457 problem. The server listens on the loopback interface, on port {Routes.DefaultPort} if that is free.",
            };
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [TokenScheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "The text of the file 'token' in the server's home.",
                },
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference(TokenScheme, document)] = [] }];
            return Task.CompletedTask;
        });
    }
}
