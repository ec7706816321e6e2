using System.Text;
using CaaStle.EndToEnd.Tests.Support;

namespace CaaStle.EndToEnd.Tests;

public sealed class SecretTests
{
    [Fact]
    public async Task Generated_passwords_are_nowhere_but_where_they_are_asked_for()
    {
        await using var installation = new Installation { Settings = { ["CLD_LOGLEVEL"] = "Trace" } };
        var definition = installation.Write("environment.yaml", $"{Samples.MySql}\n      - resource:\n          type: redis\n");
        var application = installation.Write("shop.yaml", Samples.AsksRedis);
        var seen = new List<Result>
        {
            await installation.DoAsync("env", "create", installation.Environment, definition, "--progress", "json"),
            await installation.DoAsync("app", "deploy", installation.Application, installation.Environment, application, "-o", "json"),
            await installation.DoAsync("env", "show", installation.Environment),
            await installation.DoAsync("env", "show", installation.Environment, "-o", "json"),
            await installation.DoAsync("env", "show", installation.Environment, "-o", "dotenv"),
            await installation.DoAsync("env", "history", installation.Environment, "-o", "json"),
            await installation.DoAsync("resource", "show", installation.Environment, "-o", "yaml"),
            await installation.DoAsync("resource", "list", "-o", "json"),
            await installation.DoAsync("app", "show", installation.Application, "-o", "json"),
            await installation.DoAsync("op", "list", "-o", "json"),
        };

        var environment = await installation.ShowEnvironmentAsync(reveal: true);
        var secrets = environment.Resources.SelectMany(resource => resource.Outputs).Where(output => output.Secret).ToList();
        Assert.Equal(["Password", "Root_Password", "Url"], secrets.Select(secret => secret.Name).Distinct().Order());
        string[] passwords = [.. secrets.Where(secret => secret.Name.EndsWith("Password")).Select(secret => secret.Value).Distinct()];
        Assert.Equal(3, passwords.Length);
        Assert.All(passwords, password => Assert.Matches("^[A-Za-z0-9]{16,}$", password));
        Assert.All(secrets, secret => Assert.Contains(passwords, secret.Value.Contains));
        var revealed = (await installation.DoAsync("env", "show", installation.Environment, "-o", "dotenv", "--reveal")).Output;
        Assert.All(passwords, password => Assert.Contains(password, revealed));

        Assert.All(seen, result => Assert.All(passwords, password => Assert.DoesNotContain(password, result.ToString())));
        Assert.All(CommandLines(), line => Assert.All(passwords, password => Assert.DoesNotContain(password, line)));
        await installation.StopServerAsync("KILL");
        string[] files = [.. Directory.GetFiles(installation.Home, "*", SearchOption.AllDirectories)];
        Assert.Contains(installation.ServerLog, files);
        Assert.Contains(files, file => file.EndsWith("cld.sqlite"));
        foreach (var file in files)
        {
            var content = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.All(passwords, password => Assert.False(content.Contains(password), $"{file} has a password in the clear."));
        }
    }

    /// <summary>Of all processes on this machine, those in containers too.</summary>
    private static IEnumerable<string> CommandLines()
    {
        foreach (var process in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out var _)))
        {
            var line = "";
            try
            {
                line = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }

            yield return line;
        }
    }
}
