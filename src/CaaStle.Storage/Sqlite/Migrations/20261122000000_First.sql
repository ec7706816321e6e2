CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);

BEGIN TRANSACTION;
CREATE TABLE "Installation" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_Installation" PRIMARY KEY,
    "Version" TEXT NOT NULL
);

CREATE TABLE "Operations" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_Operations" PRIMARY KEY,
    "Kind" TEXT NOT NULL,
    "Subject" TEXT NOT NULL,
    "SubjectId" TEXT NOT NULL,
    "Holds" TEXT NOT NULL,
    "Request" TEXT NOT NULL,
    "State" TEXT NOT NULL,
    "RequestedBy" TEXT NOT NULL,
    "RequestedAt" TEXT NOT NULL,
    "CancelledBy" TEXT NULL,
    "Failure" TEXT NULL,
    "EndedAt" TEXT NULL,
    "LastSequence" INTEGER NOT NULL
);

CREATE TABLE "Journal" (
    "Position" INTEGER NOT NULL CONSTRAINT "PK_Journal" PRIMARY KEY AUTOINCREMENT,
    "OperationId" TEXT NOT NULL,
    "Sequence" INTEGER NOT NULL,
    "At" TEXT NOT NULL,
    "Entry" TEXT NOT NULL,
    CONSTRAINT "FK_Journal_Operations_OperationId" FOREIGN KEY ("OperationId") REFERENCES "Operations" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "Subjects" (
    "Key" TEXT NOT NULL CONSTRAINT "PK_Subjects" PRIMARY KEY,
    "Id" TEXT NOT NULL,
    "Status" TEXT NOT NULL,
    "Cloud" TEXT NOT NULL,
    "Type" TEXT NOT NULL,
    "Environment" TEXT NULL,
    "Definition" TEXT NOT NULL,
    "Outputs" TEXT NOT NULL,
    "CreatedAt" TEXT NOT NULL,
    "CreatedBy" TEXT NOT NULL,
    "Kind" TEXT NOT NULL
);

CREATE TABLE "Objects" (
    "Number" INTEGER NOT NULL CONSTRAINT "PK_Objects" PRIMARY KEY AUTOINCREMENT,
    "Subject" TEXT NOT NULL,
    "SubjectId" TEXT NOT NULL,
    "Operation" TEXT NOT NULL,
    "Key" TEXT NOT NULL,
    "Kind" TEXT NOT NULL,
    "Identity" TEXT NOT NULL,
    "Spec" TEXT NOT NULL,
    "State" TEXT NULL,
    "DependsOn" TEXT NOT NULL,
    "HoldsData" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    CONSTRAINT "FK_Objects_Operations_Operation" FOREIGN KEY ("Operation") REFERENCES "Operations" ("Id") ON DELETE RESTRICT
);

CREATE UNIQUE INDEX "IX_Journal_OperationId_Sequence" ON "Journal" ("OperationId", "Sequence");

CREATE INDEX "IX_Objects_Operation" ON "Objects" ("Operation");

CREATE UNIQUE INDEX "IX_Objects_SubjectId_Key" ON "Objects" ("SubjectId", "Key");

CREATE INDEX "IX_Operations_EndedAt" ON "Operations" ("EndedAt") WHERE "EndedAt" IS NULL;

CREATE INDEX "IX_Operations_Subject" ON "Operations" ("Subject");

CREATE INDEX "IX_Subjects_Kind" ON "Subjects" ("Kind");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261122000000_First', '10.0.11');

COMMIT;

