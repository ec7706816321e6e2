using CaaStle.Engine.Definitions;

namespace CaaStle.Repository.Tests;

/// <summary>
/// The schemas in the repository are what the clouds that ship with the server say. To write them anew:
/// <c>UPDATE_SCHEMAS=1 dotnet run --project tests/CaaStle.Repository.Tests</c>.
/// </summary>
public sealed class SchemaFileTests
{
    [Fact]
    public void The_schema_of_environments_is_up_to_date() =>
        AssertUpToDate("schemas/environment.schema.json", SchemaWriter.WriteEnvironment(new ShippedClouds()));

    [Fact]
    public void The_schema_of_applications_is_up_to_date() => AssertUpToDate("schemas/application.schema.json", SchemaWriter.WriteApplication());

    private static void AssertUpToDate(string file, string text)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMAS") == "1")
        {
            File.WriteAllText(Repository.PathOf(file), text);
        }

        Assert.Equal(text, Repository.Read(file).ReplaceLineEndings("\n"));
    }
}
