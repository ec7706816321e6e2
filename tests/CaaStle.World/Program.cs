using System.Globalization;
using System.Net;
using CaaStle.Clouds.Simulated;
using CaaStle.World;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// Serves a simulated world from memory, on a free port that it writes: CaaStle.World [SEED]. With a seed, calls go wrong by it.
var timing = new WorldTiming(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(50));
var world = new SimulatedWorld(TimeProvider.System, timing);
var history = new WorldHistory(world, TimeProvider.System);
var calls = world.SeenWith(history);
var faults = args.Length > 0 ? new Random(int.Parse(args[0], CultureInfo.InvariantCulture)) : null;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
var server = builder.Build();
server.MapPost("/", CallAsync);
server.MapGet("/history", () => history.Lives);
await server.StartAsync();
Console.WriteLine($"The world is at {server.Urls.Single()}/");
await server.WaitForShutdownAsync();

async Task CallAsync(HttpContext context)
{
    var request = (await context.Request.ReadFromJsonAsync<WorldRequest>())!;
    var chance = Draw();
    if (chance < 3)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return;
    }

    // Nobody cancels what has reached the world, wherever who asked for it is by then.
    var answer = await request.ApplyAsync(calls, CancellationToken.None);
    if (chance < 6)
        context.Abort();
    else
        await context.Response.WriteAsJsonAsync(answer);
}

int Draw()
{
    if (faults is null)
        return int.MaxValue;
    lock (faults)
        return faults.Next(100);
}
