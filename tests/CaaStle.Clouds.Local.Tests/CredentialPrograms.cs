namespace CaaStle.Clouds.Local.Tests;

/// <summary>Programs <c>docker-credential-NAME</c> on the path.</summary>
internal static class CredentialPrograms
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("credential-programs-").FullName;

    static CredentialPrograms()
    {
        Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:{Folder}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);
    }

    /// <returns>The name for <c>config.json</c>.</returns>
    public static string Add(Engine engine, string script) => Add(engine.Scope.Id, script);

    public static string Add(string name, string script)
    {
        var path = Path.Combine(Folder, $"docker-credential-{name}");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return name;
    }
}
