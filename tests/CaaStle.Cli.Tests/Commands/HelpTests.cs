using System.CommandLine;
using CaaStle.Cli.Commands;
using CaaStle.Cli.Tests.Support;

namespace CaaStle.Cli.Tests.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("cld")]
    [InlineData("cld-env", "env")]
    [InlineData("cld-env-delete", "env", "delete")]
    [InlineData("cld-env-update", "env", "update")]
    [InlineData("cld-doctor", "doctor")]
    [InlineData("cld-container-create", "container", "create")]
    [InlineData("cld-app", "app")]
    [InlineData("cld-app-logs", "app", "logs")]
    [InlineData("cld-app-run", "app", "run")]
    public async Task The_help_is_as_it_was_agreed_on(string snapshot, params string[] words)
    {
        using var cld = new Cld();

        var result = await cld.RunAsync([.. words, "--help"]);

        Assert.Equal(ExitCode.Ok, result.Exit);
        Snapshot.Matches(snapshot, result.Output);
        Assert.Equal(result, await cld.RunAsync(["help", .. words]));
    }

    [Fact]
    public void Every_command_has_two_examples_that_can_be_typed_and_every_option_says_what_it_does()
    {
        var root = CommandLine.Build();
        foreach (var command in Leaves(root).Where(command => !command.Hidden))
        {
            Assert.True(command.Examples.Count >= 2, $"{command.Name} has {command.Examples.Count} examples");
            foreach (var (line, meaning) in command.Examples)
            {
                Assert.NotEmpty(meaning);
                var words = line[line.IndexOf("cld ", StringComparison.Ordinal)..].Split(" | ")[0].Split(" > ")[0].TrimEnd(')').Split(' ');
                Assert.True(root.Parse(words[1..]).Errors.Count == 0, $"{line}: {string.Join(' ', root.Parse(words[1..]).Errors)}");
            }

            Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), $"{command.Name} {argument.Name}"));
            Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), $"{command.Name} {option.Name}"));
        }
    }

    [Fact]
    public async Task Bare_it_explains_itself_and_it_knows_its_version()
    {
        using var cld = new Cld();

        Assert.Equal(await cld.RunAsync("--help"), await cld.RunAsync());
        Assert.Equal(new Result(ExitCode.Ok, "0.1.0\n", ""), await cld.RunAsync("--version"));
    }

    [Fact]
    public void Old_scripts_with_a_project_id_still_run()
    {
        Assert.Empty(CommandLine.Build().Parse("env create orders env.yaml --project-id p1").Errors);
        Assert.Empty(CommandLine.Build().Parse("container create web gcr --project-id p1").Errors);
    }

    private static IEnumerable<LeafCommand> Leaves(Command command) =>
        command is LeafCommand leaf ? [leaf] : command.Subcommands.SelectMany(Leaves);
}
