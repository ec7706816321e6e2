namespace CaaStle.Cli.Commands;

/// <summary>The headings in the help of <c>cld</c>.</summary>
internal static class Sections
{
    public const string Main = "Environments, containers, applications";
    public const string Running = "Operations and the server";
    public const string Tools = "Tools";
}
