using CaaStle.Engine.Journal;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CaaStle.Storage.Relational.Model;

/// <param name="Id">Drawn when the store was made.</param>
/// <param name="Version">The version of CaaStle that last changed the schema.</param>
internal sealed record Installation(string Id, string Version);

/// <summary>One of the servers that share the store, from when it came until it was gone.</summary>
/// <param name="Id">Drawn; never used again.</param>
/// <param name="Server">The same for all that one server is one after the other.</param>
/// <param name="Mark">The number of the last transaction that it committed.</param>
/// <param name="ExpiresAt">When the others may take it for dead, unless it writes before; null when it is.</param>
internal sealed record WriterRecord(string Id, string Server, long Mark, DateTime? ExpiresAt);

/// <summary>Who runs an operation that is under way.</summary>
internal sealed record LeaseRecord(string Operation, string Writer);

/// <summary>
/// The engine's own records as tables: what the schema is to be. A property added to a record needs a migration; a test tells. No program
/// uses it; tests do, and the framework when it makes SQL of the migrations.
/// </summary>
internal sealed class StoreContext(DbContextOptions<StoreContext> options) : DbContext(options)
{
    private const string LastSequence = nameof(LastSequence);
    private const string Kind = nameof(Kind);
    private const string Number = nameof(Number);

    /// <summary>Whether several servers may use such a database at once.</summary>
    public static bool IsShared(string? provider) => provider == "Npgsql.EntityFrameworkCore.PostgreSQL";

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<Enum>().HaveConversion<string>();
        AsText<SubjectKey>();
        AsText<DateTimeOffset>();
        AsText<JournalEntry>();
        AsText<OperationRequest>();
        AsText<Failure>();
        AsText<Desired>();
        AsText<IReadOnlyList<SubjectKey>>();
        AsText<IReadOnlyList<string>>();
        AsText<IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>>>();

        void AsText<T>() => configuration.Properties<T>().HaveConversion<Text<T>>();
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<Installation>().ToTable("Installation").HasKey(installation => installation.Id);
        model.Entity<Operation>(Map);
        model.Entity<JournalRecord>(Map);
        model.Entity<SubjectRecord>(Map);
        model.Entity<ObjectRecord>(Map);
        if (IsShared(Database.ProviderName))
        {
            model.Entity<WriterRecord>().ToTable("Writers").HasKey(writer => writer.Id);
            model.Entity<LeaseRecord>(Map);
        }
    }

    private static void Map(EntityTypeBuilder<LeaseRecord> lease)
    {
        lease.ToTable("Leases").HasKey(l => l.Operation);
        lease.HasOne<Operation>().WithMany().HasForeignKey(l => l.Operation).OnDelete(DeleteBehavior.Restrict);
        lease.HasOne<WriterRecord>().WithMany().HasForeignKey(l => l.Writer).OnDelete(DeleteBehavior.Restrict);
    }

    private static void Map(EntityTypeBuilder<Operation> operation)
    {
        operation.ToTable("Operations").HasKey(o => o.Id);
        operation.Ignore(o => o.IsEnded);
        operation.Property<long>(LastSequence);
        operation.HasIndex(o => o.Subject);
        operation.HasIndex(o => o.RequestKey);
        operation.HasIndex(o => o.EndedAt).HasFilter("\"EndedAt\" IS NULL");
    }

    private static void Map(EntityTypeBuilder<JournalRecord> record)
    {
        record.ToTable("Journal").HasKey(r => r.Position);
        record.Property(r => r.Position).ValueGeneratedOnAdd();
        record.HasOne<Operation>().WithMany().HasForeignKey(r => r.OperationId).OnDelete(DeleteBehavior.Restrict);
        record.HasIndex(r => new { r.OperationId, r.Sequence }).IsUnique();
    }

    private static void Map(EntityTypeBuilder<SubjectRecord> subject)
    {
        subject.ToTable("Subjects").HasKey(s => s.Key);
        subject.Property(s => s.Id).IsRequired();
        subject.Property(s => s.Desired).HasDefaultValueSql("'{}'").ValueGeneratedNever();
        subject.Property<SubjectKind>(Kind);
        subject.HasIndex(Kind);
    }

    private static void Map(EntityTypeBuilder<ObjectRecord> record)
    {
        record.ToTable("Objects");
        record.Property<long>(Number).ValueGeneratedOnAdd();
        record.HasKey(Number);
        record.HasIndex(o => new { o.SubjectId, o.Key }).IsUnique();
        record.HasOne<Operation>().WithMany().HasForeignKey(o => o.Operation).OnDelete(DeleteBehavior.Restrict);
    }

    /// <summary>What the text is does not matter to the schema.</summary>
    private sealed class Text<T>() : ValueConverter<T, string>(value => $"{value}", _ => default!);
}
