using System.Globalization;
using CaaStle.Cli.Commands;

namespace CaaStle.Cli.BuildContext;

/// <summary>Says how much of a build context has been sent, once it is more than one would expect.</summary>
internal sealed class UploadProgress(Invocation invocation)
{
    private const long Large = 20L << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly CommandContext context = invocation.Context;
    private readonly bool isShown = invocation.Global is { Quiet: false, Progress: not ("quiet" or "json") };
    private readonly bool inPlace = invocation.Context.ErrorIsTerminal && invocation.Global.Progress != "plain";
    private long lastSent;
    private long lastAt;
    private bool hasBegun;

    public void Report(long sent)
    {
        if (!isShown || sent < Large)
            return;
        var isDue = inPlace ? context.Clock.GetElapsedTime(lastAt) >= Interval : sent >= lastSent * 2;
        if (hasBegun && !isDue)
            return;
        if (!hasBegun)
            context.Error.WriteLine("The build context is large; a .dockerignore keeps out what the build does not need.");
        hasBegun = true;
        (lastSent, lastAt) = (sent, context.Clock.GetTimestamp());
        var text = string.Create(CultureInfo.InvariantCulture, $"Sending the build context: {sent / 1048576.0:0} MB");
        if (inPlace)
            context.Error.Write($"\r{text}");
        else
            context.Error.WriteLine(text);
    }

    public void End()
    {
        if (hasBegun && inPlace)
            context.Error.WriteLine();
    }
}
