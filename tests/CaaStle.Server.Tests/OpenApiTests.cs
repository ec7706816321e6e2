using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace CaaStle.Server.Tests;

public sealed class OpenApiTests
{
    private static bool Updates => Environment.GetEnvironmentVariable("UPDATE_OPENAPI") == "1";

    /// <summary>When the contract has changed on purpose: <c>UPDATE_OPENAPI=1 dotnet run --project tests/CaaStle.Server.Tests</c>.</summary>
    [Fact]
    public async Task The_document_in_the_repository_is_what_the_endpoints_say()
    {
        await using var server = await TestServer.StartAsync(services: OpenApiDescription.Add);
        var document = await server.Running.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1")
            .GetOpenApiDocumentAsync(TestContext.Current.CancellationToken);
        var made = (await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, TestContext.Current.CancellationToken)).TrimEnd() + "\n";
        if (Updates)
        {
            await File.WriteAllTextAsync(FileInRepository(), made, TestContext.Current.CancellationToken);
        }

        Assert.Equal(await File.ReadAllTextAsync(FileInRepository(), TestContext.Current.CancellationToken), made);
    }

    [Fact]
    public async Task The_document_in_the_repository_is_the_one_that_is_served()
    {
        Assert.SkipWhen(Updates, "The server is built with it next time.");
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Client.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);

        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            await File.ReadAllTextAsync(FileInRepository(), TestContext.Current.CancellationToken),
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string FileInRepository([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "../../docs/openapi.json");
}
