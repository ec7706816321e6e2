START TRANSACTION;
ALTER TABLE "Subjects" ADD "Desired" text NOT NULL DEFAULT ('{}');

ALTER TABLE "Subjects" ADD "ExpiresAt" text;

ALTER TABLE "Operations" ADD "RequestKey" text;

CREATE INDEX "IX_Operations_RequestKey" ON "Operations" ("RequestKey");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261125000000_Second', '10.0.11');

COMMIT;

