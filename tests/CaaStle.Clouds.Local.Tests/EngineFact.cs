using System.Runtime.CompilerServices;
using CaaStle.Docker;

namespace CaaStle.Clouds.Local.Tests;

/// <summary>A test on the machine's real engine. Skipped where there is none, except in continuous integration, which must have one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(FindObstacle);

    public EngineFactAttribute(string? image = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line)
    {
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
        {
            return;
        }

        Skip = Obstacle.Value ?? (image is null ? null : FindMissing(image));
    }

    private static string? FindObstacle()
    {
        var cloud = new LocalExtension().Create(new(TimeProvider.System, "", new Dictionary<string, string>()));
        return cloud.FindObstaclesAsync(CancellationToken.None).GetAwaiter().GetResult() is [var obstacle, ..] ? obstacle : null;
    }

    private static string? FindMissing(string image)
    {
        using var docker = Engine.NewClient();
        return docker.FindImageAsync(ImageReference.Parse(image), CancellationToken.None).GetAwaiter().GetResult() is null
            ? $"The image {image} is not on this machine."
            : null;
    }
}
