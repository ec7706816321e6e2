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

internal sealed class SubjectColumn()
    : ValueConverter<SubjectKey, string>(key => ColumnText.Write(key), text => ColumnText.ReadSubject(text));

internal sealed class InstantColumn()
    : ValueConverter<DateTimeOffset, string>(instant => ColumnText.Write(instant), text => ColumnText.ReadInstant(text));
