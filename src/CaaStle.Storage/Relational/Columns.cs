using System.Globalization;
using System.Runtime.CompilerServices;
using CaaStle.Engine.Journal;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CaaStle.Storage.Relational;

/// <summary>A value as JSON text.</summary>
internal sealed class JsonColumn<T>() : ValueConverter<T, string>(value => StoreJson.Write(value), json => StoreJson.Read<T>(json));

/// <summary>Compares by reference: the values are immutable, so another value is another instance.</summary>
internal sealed class ImmutableComparer<T>()
    : ValueComparer<T>((left, right) => ReferenceEquals(left, right), value => RuntimeHelpers.GetHashCode(value), value => value)
    where T : class;

/// <summary>A subject as <c>environment/orders</c>.</summary>
internal sealed class SubjectColumn() : ValueConverter<SubjectKey, string>(key => key.ToString(), text => Parse(text))
{
    private static SubjectKey Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return new(Enum.Parse<SubjectKind>(text.AsSpan(0, slash), ignoreCase: true), text[(slash + 1)..]);
    }
}

/// <summary>An instant as UTC text of fixed width, so that the order of the texts is the order of the instants.</summary>
internal sealed class InstantColumn() : ValueConverter<DateTimeOffset, string>(instant => Format(instant), text => Parse(text))
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private static string Format(DateTimeOffset instant) => instant.ToUniversalTime().ToString(Pattern, CultureInfo.InvariantCulture);

    private static DateTimeOffset Parse(string text) =>
        DateTimeOffset.ParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
