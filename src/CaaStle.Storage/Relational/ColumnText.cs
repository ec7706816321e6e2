using System.Globalization;
using CaaStle.Engine.Journal;

namespace CaaStle.Storage.Relational;

/// <summary>How columns write what is neither text nor number nor JSON.</summary>
internal static class ColumnText
{
    private const string InstantPattern = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>A subject as <c>environment/orders</c>.</summary>
    public static string Write(SubjectKey key) => key.ToString();

    public static SubjectKey ReadSubject(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return new(Enum.Parse<SubjectKind>(text.AsSpan(0, slash), ignoreCase: true), text[(slash + 1)..]);
    }

    /// <summary>An instant as UTC text of fixed width, so that the order of the texts is the order of the instants.</summary>
    public static string Write(DateTimeOffset instant) => instant.ToUniversalTime().ToString(InstantPattern, CultureInfo.InvariantCulture);

    public static DateTimeOffset ReadInstant(string text) =>
        DateTimeOffset.ParseExact(text, InstantPattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
