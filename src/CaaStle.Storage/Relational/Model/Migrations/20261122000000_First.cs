using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace CaaStle.Storage.Relational.Model.Migrations;

/// <summary>The schema of version 0.1.</summary>
[DbContext(typeof(StoreContext))]
[Migration(Id)]
internal sealed class First : Migration
{
    public const string Id = "20261122000000_First";

    private const string Autoincrement = "Sqlite:Autoincrement";
    private const string Strategy = "Npgsql:ValueGenerationStrategy";

    private static readonly NpgsqlValueGenerationStrategy Identity = NpgsqlValueGenerationStrategy.IdentityByDefaultColumn;

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        CreateTables(migrationBuilder);
        if (StoreContext.IsShared(ActiveProvider))
        {
            CreateShares(migrationBuilder);
        }

        migrationBuilder.CreateIndex("IX_Journal_OperationId_Sequence", "Journal", ["OperationId", "Sequence"], unique: true);
        migrationBuilder.CreateIndex("IX_Objects_Operation", "Objects", "Operation");
        migrationBuilder.CreateIndex("IX_Objects_SubjectId_Key", "Objects", ["SubjectId", "Key"], unique: true);
        migrationBuilder.CreateIndex("IX_Operations_EndedAt", "Operations", "EndedAt", filter: "\"EndedAt\" IS NULL");
        migrationBuilder.CreateIndex("IX_Operations_Subject", "Operations", "Subject");
        migrationBuilder.CreateIndex("IX_Subjects_Kind", "Subjects", "Kind");
    }

    private static void CreateTables(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "Installation",
            table => new { Id = table.Column<string>(), Version = table.Column<string>() },
            constraints: table => table.PrimaryKey("PK_Installation", row => row.Id));

        migrationBuilder.CreateTable(
            "Operations",
            table => new
            {
                Id = table.Column<string>(),
                Kind = table.Column<string>(),
                Subject = table.Column<string>(),
                SubjectId = table.Column<string>(),
                Holds = table.Column<string>(),
                Request = table.Column<string>(),
                State = table.Column<string>(),
                RequestedBy = table.Column<string>(),
                RequestedAt = table.Column<string>(),
                CancelledBy = table.Column<string>(nullable: true),
                Failure = table.Column<string>(nullable: true),
                EndedAt = table.Column<string>(nullable: true),
                LastSequence = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_Operations", row => row.Id));

        migrationBuilder.CreateTable(
            "Journal",
            table => new
            {
                Position = table.Column<long>().Annotation(Autoincrement, true).Annotation(Strategy, Identity),
                OperationId = table.Column<string>(),
                Sequence = table.Column<long>(),
                At = table.Column<string>(),
                Entry = table.Column<string>(),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_Journal", row => row.Position);
                table.ForeignKey(
                    "FK_Journal_Operations_OperationId", row => row.OperationId, "Operations", "Id", onDelete: ReferentialAction.Restrict);
            });

        migrationBuilder.CreateTable(
            "Subjects",
            table => new
            {
                Key = table.Column<string>(),
                Id = table.Column<string>(),
                Status = table.Column<string>(),
                Cloud = table.Column<string>(),
                Type = table.Column<string>(),
                Environment = table.Column<string>(nullable: true),
                Definition = table.Column<string>(),
                Outputs = table.Column<string>(),
                CreatedAt = table.Column<string>(),
                CreatedBy = table.Column<string>(),
                Kind = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_Subjects", row => row.Key));

        migrationBuilder.CreateTable(
            "Objects",
            table => new
            {
                Number = table.Column<long>().Annotation(Autoincrement, true).Annotation(Strategy, Identity),
                Subject = table.Column<string>(),
                SubjectId = table.Column<string>(),
                Operation = table.Column<string>(),
                Key = table.Column<string>(),
                Kind = table.Column<string>(),
                Identity = table.Column<string>(),
                Spec = table.Column<string>(),
                State = table.Column<string>(nullable: true),
                DependsOn = table.Column<string>(),
                HoldsData = table.Column<bool>(),
                Status = table.Column<string>(),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_Objects", row => row.Number);
                table.ForeignKey(
                    "FK_Objects_Operations_Operation", row => row.Operation, "Operations", "Id", onDelete: ReferentialAction.Restrict);
            });
    }

    /// <summary>Who of those that share the database writes, and which operations they have.</summary>
    private static void CreateShares(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "Writers",
            table => new
            {
                Id = table.Column<string>(),
                Server = table.Column<string>(),
                Mark = table.Column<long>(),
                ExpiresAt = table.Column<DateTime>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_Writers", row => row.Id));

        migrationBuilder.CreateTable(
            "Leases",
            table => new { Operation = table.Column<string>(), Writer = table.Column<string>() },
            constraints: table =>
            {
                table.PrimaryKey("PK_Leases", row => row.Operation);
                table.ForeignKey("FK_Leases_Operations_Operation", row => row.Operation, "Operations", "Id", onDelete: ReferentialAction.Restrict);
                table.ForeignKey("FK_Leases_Writers_Writer", row => row.Writer, "Writers", "Id", onDelete: ReferentialAction.Restrict);
            });

        migrationBuilder.CreateIndex("IX_Leases_Writer", "Leases", "Writer");
    }
}
