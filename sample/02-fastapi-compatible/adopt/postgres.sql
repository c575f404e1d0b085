ALTER TABLE "user"
  ADD COLUMN "tokenVersion" integer NOT NULL DEFAULT 1,
  ADD COLUMN "createdAt" timestamp NOT NULL DEFAULT now(),
  ADD COLUMN "updatedAt" timestamp NOT NULL DEFAULT now(),
  ALTER COLUMN id SET DEFAULT gen_random_uuid();
UPDATE "user" SET email = lower(email);
