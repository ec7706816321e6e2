using CaaStle.Abstractions;

namespace CaaStle.Clouds.Aws.Coe.Ecs;

/// <summary>The sizes that Fargate's tasks can have.</summary>
/// <param name="CpuUnits">1024 for one processor.</param>
internal sealed record FargateSize(int CpuUnits, int MemoryMegabytes)
{
    public const int MostMegabytes = 122880;

    private const int UnitsOfProcessor = 1024;

    private static readonly (int Cpu, int Least, int Most, int Step)[] Sizes =
    [
        (256, 512, 2048, 512), (512, 1024, 4096, 1024), (1024, 2048, 8192, 1024), (2048, 4096, 16384, 1024),
        (4096, 8192, 30720, 1024), (8192, 16384, 61440, 4096), (16384, 32768, MostMegabytes, 8192),
    ];

    public double Processors => (double)CpuUnits / UnitsOfProcessor;

    /// <summary>The smallest that has what all containers of a task ask for; null where there is none.</summary>
    public static FargateSize? For(IReadOnlyList<ApplicationContainer> containers)
    {
        var cpu = containers.Sum(container => container.CpuShares ?? 0);
        var memory = containers.Sum(container => container.MemoryMegabytes);
        foreach (var (units, least, most, step) in Sizes)
        {
            // The smallest has two sizes that are no multiples of its step's sum: 512, 1024 and 2048 MB.
            var fitting = least + (Math.Max(0, memory - least) + step - 1) / step * step;
            fitting = units == 256 && fitting == 1536 ? 2048 : fitting;
            if (cpu <= units && fitting <= most)
            {
                return new(units, fitting);
            }
        }

        return null;
    }
}
