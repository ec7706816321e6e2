BEGIN TRANSACTION;
ALTER TABLE "Subjects" ADD "Desired" TEXT NOT NULL DEFAULT ('{}');

ALTER TABLE "Subjects" ADD "ExpiresAt" TEXT NULL;

ALTER TABLE "Operations" ADD "RequestKey" TEXT NULL;

CREATE INDEX "IX_Operations_RequestKey" ON "Operations" ("RequestKey");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261125000000_Second', '10.0.11');

COMMIT;

