using CaaStle.Server.Hosting;

const int Done = 0;
const int Failed = 1;
const int WrongUsage = 2;

switch (args)
{
    case ["--version"]:
        Console.Out.WriteLine(RunningServer.Version);
        return Done;
    case ["--help" or "-h"]:
        Console.Out.WriteLine(CommandLine.Usage);
        return Done;
}

try
{
    var line = CommandLine.Parse(args);
    if (line.Detach)
    {
        Native.LeaveSession();
    }

    Native.KeepNewFilesPrivate();
    var composition = new Composition();
    var home = ServerHome.Open(line.Home ?? ServerHome.DefaultPath());
    using var alone = await SingleInstance.AcquireAsync(home, composition.Clock);
    if (alone is null)
    {
        Console.Out.WriteLine($"A server is running on {home.Path} already.");
        return Done;
    }

    await using var server = await RunningServer.StartAsync(home, composition, line.Settings);
    Console.Out.WriteLine($"cld-server {RunningServer.Version} is ready at {server.Url}");
    await server.WaitForEndAsync();
    return Done;
}
catch (FormatException failure)
{
    Console.Error.WriteLine($"{failure.Message}\n\n{CommandLine.Usage}");
    return WrongUsage;
}
catch (StartRefusedException failure)
{
    Console.Error.WriteLine(failure.Message);
    return Failed;
}
