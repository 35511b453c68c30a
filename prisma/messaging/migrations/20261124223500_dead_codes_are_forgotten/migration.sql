-- What schema.prisma cannot say.

-- A code that is dead for good leaves its challenge, which goes on telling how the request for it was answered.
ALTER TABLE "challenges" DROP CONSTRAINT "challenges_code_or_rejection";
ALTER TABLE "challenges" ADD CONSTRAINT "challenges_code_or_rejection"
  CHECK ("code_hash" IS NULL OR "rejection" IS NULL);

UPDATE "challenges" SET "code_hash" = NULL, "key_id" = NULL WHERE "ended_at" IS NOT NULL AND "code_hash" IS NOT NULL;

-- Those that still hold a code, of which few are old.
CREATE INDEX "challenges_with_code" ON "challenges" ("created_at") WHERE "code_hash" IS NOT NULL;
