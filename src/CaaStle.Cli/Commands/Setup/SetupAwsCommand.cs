using System.CommandLine;
using CaaStle.Api;
using CaaStle.Cli.Output;
using CaaStle.Cli.Setup;

namespace CaaStle.Cli.Commands.Setup;

internal sealed class SetupAwsCommand : LeafCommand
{
    private const string DefaultProfile = "default";
    private const string Key = "aws_access_key_id";
    private const string Secret = "aws_secret_access_key";
    private const string Token = "aws_session_token";

    private readonly Option<string> profile = new("--profile")
    {
        HelpName = "NAME",
        Description = "the profile to write (AWS_PROFILE; default: default); others stay as they are",
    };

    public SetupAwsCommand() : base("aws", "write credentials for AWS to ~/.aws, and ask AWS whose they are")
    {
        Add(profile);
        Examples =
        [
            ("cld setup aws", "asks for key, secret, region and output format; Enter keeps what is there"),
            ("cld setup aws --profile work", "a profile beside others; the answers may also be lines of standard input"),
        ];
    }

    public override async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var name = invocation.Value(profile) ?? invocation.Context.NonEmptyVariable("AWS_PROFILE") ?? DefaultProfile;
        if (name.AsSpan().IndexOfAny("[]\n\r") >= 0 || name.Trim() != name || name.Length == 0)
            throw LocalProblems.Create(LocalProblems.Usage, $"'{name}' cannot be the name of a profile.", null, "cld setup aws --help");
        var credentials = new ProfileFile(PathOf(invocation.Context, "AWS_SHARED_CREDENTIALS_FILE", "credentials"));
        var config = new ProfileFile(PathOf(invocation.Context, "AWS_CONFIG_FILE", "config"));
        var section = name == DefaultProfile ? name : $"profile {name}";

        var key = await AskAsync("AWS Access Key ID", Masked(credentials.Find(name, Key)), isHidden: false);
        var secret = await AskAsync("AWS Secret Access Key", Masked(credentials.Find(name, Secret)), isHidden: true);
        var region = await AskAsync("Default region name", config.Find(section, "region"), isHidden: false);
        var format = await AskAsync("Default output format", config.Find(section, "output"), isHidden: false);
        if ((key ?? credentials.Find(name, Key)) is null || (secret ?? credentials.Find(name, Secret)) is null)
        {
            throw LocalProblems.Create(
                LocalProblems.Usage,
                "An access key has an id and a secret, and one of them is missing.",
                "Nothing has been changed. With single sign-on there is none: use `aws configure sso`.",
                invocation.CommandLine);
        }

        Set(credentials, name, Key, key);
        Set(credentials, name, Secret, secret);
        if (key is not null && credentials.Find(name, Token) is not null)
            credentials.Set(name, Token, "");
        Set(config, section, "region", region);
        Set(config, section, "output", format);
        credentials.Save();
        config.Save();

        var identity = await invocation.Client.GetIdentityAsync("aws", name, cancellationToken);
        return invocation.Show(identity, ApiJson.Default.IdentityView, (found, output) =>
        {
            var table = new Table("", "");
            table.Add("Account", found.Account);
            table.Add("Identity", found.Name);
            table.Add("Region", found.Region ?? "none: write it in each environment");
            table.Add("Profile", found.Profile);
            table.Write(output);
            invocation.Suggest("cld env create NAME FILE");
        });

        async Task<string?> AskAsync(string question, string? present, bool isHidden)
        {
            invocation.Context.Error.Write($"{question} [{present ?? "None"}]: ");
            var answer = isHidden && invocation.Context.ReadHidden is { } read
                ? read()
                : await invocation.Context.Input.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
            if (!invocation.Context.InputIsTerminal)
                invocation.Context.Error.WriteLine();
            return string.IsNullOrWhiteSpace(answer) ? null : answer.Trim();
        }
    }

    private static void Set(ProfileFile file, string section, string key, string? value)
    {
        if (value is not null)
            file.Set(section, key, value);
    }

    private static string? Masked(string? text) => text is null ? null : $"****************{(text.Length > 8 ? text[^4..] : "")}";

    private static string PathOf(CommandContext context, string variable, string file) =>
        context.NonEmptyVariable(variable) is { } path ? context.FullPath(path) : Path.Combine(context.UserDirectory, ".aws", file);
}
