-- Codes of any purpose, to numbers and addresses, under a key that rotates; and what is counted against a recipient.

ALTER TABLE "phone_challenges" RENAME TO "challenges";
ALTER TABLE "challenges" RENAME CONSTRAINT "phone_challenges_pkey" TO "challenges_pkey";
ALTER TABLE "challenges" RENAME CONSTRAINT "phone_challenges_code_or_rejection" TO "challenges_code_or_rejection";
ALTER INDEX "phone_challenges_request_id_key" RENAME TO "challenges_request_id_key";
ALTER INDEX "phone_challenges_created_at_idx" RENAME TO "challenges_created_at_idx";
DROP INDEX "phone_challenges_user_id_number_hash_created_at_idx";

ALTER TABLE "challenges" RENAME COLUMN "number_hash" TO "recipient_hash";
ALTER TABLE "challenges" RENAME COLUMN "verified_at" TO "accepted_at";
ALTER TABLE "challenges"
  ALTER COLUMN "request_id" DROP NOT NULL,
  ADD COLUMN "purpose" TEXT,
  ADD COLUMN "bound_to" TEXT,
  ADD COLUMN "is_test" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "key_id" TEXT,
  ADD COLUMN "ended_at" TIMESTAMPTZ(3);

-- Numbers were hashed by another key before, so no code that was sent then can be found any more: each has ended.
UPDATE "challenges" SET
  "purpose" = 'PHONE_VERIFICATION',
  "bound_to" = encode("recipient_hash", 'base64'),
  "key_id" = CASE WHEN "code_hash" IS NOT NULL THEN '' END,
  "ended_at" = CASE WHEN "code_hash" IS NOT NULL THEN now() END;
ALTER TABLE "challenges"
  ALTER COLUMN "purpose" SET NOT NULL,
  ALTER COLUMN "bound_to" SET NOT NULL;

-- CreateTable
CREATE TABLE "recipient_limits" (
    "recipient_hash" BYTEA NOT NULL,
    "code_sent_at" TIMESTAMPTZ(3),
    "guesses" TIMESTAMPTZ(3)[] NOT NULL DEFAULT ARRAY[]::TIMESTAMPTZ(3)[],
    "touched_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "recipient_limits_pkey" PRIMARY KEY ("recipient_hash")
);

-- CreateIndex
CREATE INDEX "challenges_user_id_idx" ON "challenges"("user_id");

-- CreateIndex
CREATE INDEX "recipient_limits_touched_at_idx" ON "recipient_limits"("touched_at");

-- What follows schema.prisma cannot say.

-- A new code ends the old one: at most one is open for a user, a purpose and the number or client that it is bound to.
CREATE UNIQUE INDEX "challenges_open" ON "challenges" ("user_id", "purpose", "bound_to")
  WHERE "code_hash" IS NOT NULL AND "ended_at" IS NULL;

-- A hash that nobody knows the key of could never be checked.
ALTER TABLE "challenges" ADD CONSTRAINT "challenges_code_with_key"
  CHECK (("code_hash" IS NULL) = ("key_id" IS NULL));
