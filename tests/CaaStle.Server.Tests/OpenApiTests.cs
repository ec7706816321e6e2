using System.Runtime.CompilerServices;

namespace CaaStle.Server.Tests;

public sealed class OpenApiTests
{
    /// <summary>When the contract has changed on purpose: <c>UPDATE_OPENAPI=1 dotnet run --project tests/CaaStle.Server.Tests</c>.</summary>
    [Fact]
    public async Task The_document_in_the_repository_is_the_one_that_is_served()
    {
        await using var server = await TestServer.StartAsync();
        var served = (await server.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).TrimEnd() + "\n";
        var file = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../docs/openapi.json");
        if (Environment.GetEnvironmentVariable("UPDATE_OPENAPI") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, served, TestContext.Current.CancellationToken);
        }

        Assert.True(File.Exists(file), "docs/openapi.json is missing; UPDATE_OPENAPI=1 writes it.");
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), served);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
