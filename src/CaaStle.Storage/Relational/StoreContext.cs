using CaaStle.Engine.Journal;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CaaStle.Storage.Relational;

/// <param name="Id">Drawn when the store was made.</param>
/// <param name="Version">The version of CaaStle that last changed the schema.</param>
internal sealed record Installation(string Id, string Version);

/// <summary>
/// The engine's own records as tables. They are immutable, so a change of a row is the next record's values set on the tracked one.
/// A property added to a record needs a migration; a test tells.
/// </summary>
internal sealed class StoreContext(DbContextOptions<StoreContext> options) : DbContext(options)
{
    /// <summary>Of an operation: the sequence of its last entry.</summary>
    public const string LastSequence = nameof(LastSequence);

    /// <summary>Of a subject: the kind in its key.</summary>
    public const string Kind = nameof(Kind);

    /// <summary>Of an object: increases in the order of intents.</summary>
    public const string Number = nameof(Number);

    public DbSet<Operation> Operations => Set<Operation>();

    public DbSet<JournalRecord> Journal => Set<JournalRecord>();

    public DbSet<SubjectRecord> Subjects => Set<SubjectRecord>();

    public DbSet<ObjectRecord> Objects => Set<ObjectRecord>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<SubjectKey>().HaveConversion<SubjectColumn>();
        configuration.Properties<DateTimeOffset>().HaveConversion<InstantColumn>();
        configuration.Properties<Enum>().HaveConversion<string>();
        AsJson<JournalEntry>();
        AsJson<OperationRequest>();
        AsJson<Failure>();
        AsJson<Desired>();
        AsJson<IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredValue>>>();

        void AsJson<T>() where T : class => configuration.Properties<T>().HaveConversion<JsonColumn<T>, ImmutableComparer<T>>();
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<Installation>().ToTable("Installation").HasKey(installation => installation.Id);
        model.Entity<Operation>(Map);
        model.Entity<JournalRecord>(Map);
        model.Entity<SubjectRecord>(Map);
        model.Entity<ObjectRecord>(Map);
    }

    private static void Map(EntityTypeBuilder<Operation> operation)
    {
        operation.ToTable("Operations").HasKey(o => o.Id);
        operation.Ignore(o => o.IsEnded);
        operation.PrimitiveCollection(o => o.Holds).ElementType(subject => subject.HasConversion<SubjectColumn>());
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
        record.PrimitiveCollection(o => o.DependsOn);
        record.HasIndex(o => new { o.SubjectId, o.Key }).IsUnique();
        record.HasOne<Operation>().WithMany().HasForeignKey(o => o.Operation).OnDelete(DeleteBehavior.Restrict);
    }
}
