ALTER TABLE "user" ADD COLUMN "tokenVersion" integer NOT NULL DEFAULT 1;
ALTER TABLE "user" ADD COLUMN "createdAt" bigint NOT NULL DEFAULT 946684800000;
ALTER TABLE "user" ADD COLUMN "updatedAt" bigint NOT NULL DEFAULT 946684800000;
UPDATE "user" SET email = lower(email);
