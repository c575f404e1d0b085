ALTER TABLE "user"
  ADD COLUMN "tokenVersion" integer NOT NULL DEFAULT 1,
  ADD COLUMN "createdAt" bigint NOT NULL DEFAULT 946684800000,
  ADD COLUMN "updatedAt" bigint NOT NULL DEFAULT 946684800000,
  ALTER COLUMN id SET DEFAULT gen_random_uuid();
UPDATE "user" SET email = lower(email);
