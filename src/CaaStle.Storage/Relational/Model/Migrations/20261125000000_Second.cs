using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CaaStle.Storage.Relational.Model.Migrations;

/// <summary>What a subject is to be like and when it expires, and by what key a request was made.</summary>
[DbContext(typeof(StoreContext))]
[Migration(Id)]
internal sealed class Second : Migration
{
    public const string Id = "20261125000000_Second";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("Desired", "Subjects", defaultValueSql: "'{}'");
        migrationBuilder.AddColumn<string>("ExpiresAt", "Subjects", nullable: true);
        migrationBuilder.AddColumn<string>("RequestKey", "Operations", nullable: true);
        migrationBuilder.CreateIndex("IX_Operations_RequestKey", "Operations", "RequestKey");
    }
}
