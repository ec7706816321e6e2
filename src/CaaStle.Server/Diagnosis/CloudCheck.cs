using System.Text.RegularExpressions;
using CaaStle.Abstractions;

namespace CaaStle.Server.Diagnosis;

/// <summary>Asks a cloud whether it can be used, and what it finds of itself.</summary>
internal static partial class CloudCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static async Task<IReadOnlyList<CheckOutcome>> RunAsync(ICloud cloud, TimeProvider clock, CancellationToken cancellationToken)
    {
        const string Name = "usable";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await AskAsync(cloud, limit.Token).WaitAsync(Patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync();
            return [CheckOutcome.Failed(Name, $"It did not answer within {Patience.TotalSeconds:0} s.", "cld server status")];
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return [CheckOutcome.Failed(Name, failure.Message, FixesIn(failure.Message))];
        }

        static async Task<IReadOnlyList<CheckOutcome>> AskAsync(ICloud cloud, CancellationToken cancellationToken)
        {
            if (!cloud.IsSetUp)
            {
                return [CheckOutcome.Passed(Name, "not set up, and not needed before something is made there")];
            }

            var obstacles = await cloud.FindObstaclesAsync(cancellationToken);
            if (obstacles.Count > 0)
            {
                return [.. obstacles.Select(obstacle => CheckOutcome.Failed(Name, obstacle, FixesIn(obstacle)))];
            }

            return [CheckOutcome.Passed(Name, "nothing stands in the way"), .. cloud is ISelfCheck check ? await check.CheckAsync(cancellationToken) : []];
        }
    }

    /// <summary>The commands that a sentence names, in backquotes.</summary>
    private static IReadOnlyList<string> FixesIn(string sentence) => [.. Quoted().Matches(sentence).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
