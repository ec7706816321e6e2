namespace CaaStle.Engine.Execution;

/// <summary>For calls that write nothing that anybody wants to see.</summary>
internal sealed class NoLog : IProgress<string>
{
    public static readonly NoLog Instance = new();

    public void Report(string value)
    {
    }
}
