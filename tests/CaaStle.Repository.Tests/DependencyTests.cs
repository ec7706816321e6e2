using System.Xml.Linq;

namespace CaaStle.Repository.Tests;

/// <summary>Which project may use which, and which packages: whoever needs another changes this table and says why.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, (string[] Projects, string[] Packages)> Allowed = new()
    {
        ["CaaStle.Abstractions"] = ([], []),
        ["CaaStle.Engine"] = (["CaaStle.Abstractions"], ["YamlDotNet"]),
        // Entity Framework Core for its migrations alone, which tests turn into SQL; it is not shipped.
        ["CaaStle.Storage"] = (
            ["CaaStle.Abstractions", "CaaStle.Engine"],
            [
                "Microsoft.Data.Sqlite.Core", "Microsoft.EntityFrameworkCore.Sqlite", "Npgsql", "Npgsql.EntityFrameworkCore.PostgreSQL",
                "SQLitePCLRaw.bundle_e_sqlite3",
            ]),
        ["CaaStle.Api"] = ([], ["System.Net.ServerSentEvents"]),
        ["CaaStle.Cli"] = (["CaaStle.Api"], ["Spectre.Console", "System.CommandLine"]),
        // AWS's own runtime: credentials, signatures, addresses. SecurityToken, SSO and SSOOIDC are found by it, for roles and single sign-on.
        ["CaaStle.Clouds.Aws"] = (
            ["CaaStle.Abstractions", "CaaStle.Docker"], ["AWSSDK.Core", "AWSSDK.S3", "AWSSDK.SSO", "AWSSDK.SSOOIDC", "AWSSDK.SecurityToken"]),
        ["CaaStle.Clouds.Local"] = (["CaaStle.Abstractions", "CaaStle.Docker"], []),
        ["CaaStle.Clouds.Simulated"] = (["CaaStle.Abstractions"], []),
        // Docker's engine, by which the local cloud runs everything, and AWS builds and pushes images.
        ["CaaStle.Docker"] = (["CaaStle.Abstractions"], []),
        ["CaaStle.Server"] = (
            [
                "CaaStle.Abstractions", "CaaStle.Api", "CaaStle.Clouds.Aws", "CaaStle.Clouds.Local", "CaaStle.Clouds.Simulated",
                "CaaStle.Engine", "CaaStle.Storage",
            ],
            []),
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Fact]
    public void Every_project_is_in_the_table() => Assert.Equal(
        Allowed.Keys.Order(), Directory.GetDirectories(Repository.PathOf("src")).Select(folder => Path.GetFileName(folder)!).Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_what_the_table_allows_and_no_more(string project)
    {
        var document = XDocument.Load(Repository.PathOf($"src/{project}/{project}.csproj"));

        Assert.Equal(
            Allowed[project].Projects, References(document, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).Order());
        Assert.Equal(Allowed[project].Packages, References(document, "PackageReference").Order());
    }

    [Fact]
    public void Only_the_server_knows_the_clouds() => Assert.Equal(
        ["CaaStle.Server"],
        Allowed.Where(project => project.Value.Projects.Any(used => used.StartsWith("CaaStle.Clouds.", StringComparison.Ordinal))).Select(project => project.Key));

    private static IEnumerable<string> References(XDocument project, string element) =>
        project.Descendants(element).Select(reference => reference.Attribute("Include")!.Value).Distinct();
}
