using CaaStle.Api;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class SetupTests
{
    private static readonly IdentityView Ada = new("aws", "work", "123456789012", "arn:aws:iam::123456789012:user/ada", "eu-west-1");

    [Fact]
    public async Task It_asks_writes_private_files_and_tells_who_one_is()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/clouds/aws/identity", Ada, ApiJson.Default.IdentityView);
        using var cld = new Cld(server) { Input = "AKIAEXAMPLE1234\nverysecret\neu-west-1\njson\n" };

        var result = await cld.RunAsync("setup", "aws", "--profile", "work");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Contains("Account    123456789012\n", result.Output);
        Assert.StartsWith("AWS Access Key ID [None]: ", result.Error);
        Assert.Equal("/clouds/aws/identity?profile=work", Assert.Single(server.Requests).PathAndQuery);
        Assert.DoesNotContain("verysecret", result.Output + result.Error);
        Assert.Equal("[work]\naws_access_key_id = AKIAEXAMPLE1234\naws_secret_access_key = verysecret\n", Read(cld, "credentials"));
        Assert.Equal("[profile work]\nregion = eu-west-1\noutput = json\n", Read(cld, "config"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf(cld, "credentials")));
    }

    [Fact]
    public async Task What_is_there_stays_unless_it_is_answered_anew()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/clouds/aws/identity", Ada, ApiJson.Default.IdentityView);
        using var cld = new Cld(server) { Input = "\nnewsecret9\n\n\n" };
        cld.Write("../.aws/credentials", "# mine\n[other]\naws_access_key_id = X\n\n[default]\naws_access_key_id = AKIAOLDOLDOLD\naws_secret_access_key = old\n\n[last]\na = b\n");
        cld.Write("../.aws/config", "[default]\nregion = us-west-2\ns3 =\n    region = nested\n");

        var result = await cld.RunAsync("setup", "aws");

        Assert.Equal(ExitCode.Ok, result.Exit);
        Assert.Contains("AWS Access Key ID [****************DOLD]: ", result.Error);
        Assert.Contains("Default region name [us-west-2]: ", result.Error);
        Assert.Equal(
            "# mine\n[other]\naws_access_key_id = X\n\n[default]\naws_access_key_id = AKIAOLDOLDOLD\naws_secret_access_key = newsecret9\n\n[last]\na = b\n",
            Read(cld, "credentials"));
        Assert.Equal("[default]\nregion = us-west-2\ns3 =\n    region = nested\n", Read(cld, "config"));
    }

    [Fact]
    public async Task A_link_stays_one()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET", "/clouds/aws/identity", Ada, ApiJson.Default.IdentityView);
        using var cld = new Cld(server) { Input = "AKIAEXAMPLE1234\nverysecret\n\n\n" };
        cld.Write("dotfiles/credentials", "[other]\na = b\n");
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(cld, "credentials"))!);
        File.CreateSymbolicLink(PathOf(cld, "credentials"), Path.Combine(cld.WorkingDirectory, "dotfiles", "credentials"));

        Assert.Equal(ExitCode.Ok, (await cld.RunAsync("setup", "aws")).Exit);

        Assert.NotNull(new FileInfo(PathOf(cld, "credentials")).LinkTarget);
        Assert.Contains("verysecret", File.ReadAllText(Path.Combine(cld.WorkingDirectory, "dotfiles", "credentials")));
    }

    [Fact]
    public async Task Half_a_key_changes_nothing()
    {
        using var cld = new Cld { Input = "AKIAEXAMPLE1234\n\n\n\n" };

        var result = await cld.RunAsync("setup", "aws");

        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Contains("one of them is missing", result.Error);
        Assert.False(File.Exists(PathOf(cld, "credentials")));
    }

    [Fact]
    public async Task What_AWS_says_against_it_is_told()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuse("GET", "/clouds/aws/identity", Make.Problem(ProblemCodes.CloudNotReady, 412, "GetCallerIdentity: no (InvalidClientTokenId)."));
        using var cld = new Cld(server) { Input = "AKIAEXAMPLE1234\nverysecret\n\n\n" };

        var result = await cld.RunAsync("setup", "aws");

        Assert.NotEqual(ExitCode.Ok, result.Exit);
        Assert.Contains("InvalidClientTokenId", result.Error);
    }

    private static string PathOf(Cld cld, string file) => Path.GetFullPath(Path.Combine(cld.WorkingDirectory, "../.aws", file));

    private static string Read(Cld cld, string file) => File.ReadAllText(PathOf(cld, file));
}
