ALTER TABLE "user" ADD COLUMN "tokenVersion" integer NOT NULL DEFAULT 1;
ALTER TABLE "user" ADD COLUMN "createdAt" datetime NOT NULL DEFAULT '2000-01-01 00:00:00';
ALTER TABLE "user" ADD COLUMN "updatedAt" datetime NOT NULL DEFAULT '2000-01-01 00:00:00';
UPDATE "user" SET email = lower(email);
