-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "doubtful" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "failed_at" TIMESTAMPTZ(3),
ADD COLUMN     "sending_by" TEXT,
ADD COLUMN     "sending_since" TIMESTAMPTZ(3);

-- What follows schema.prisma cannot say.

-- What failed keeps its text for a while, so that an operator can send it again. All else is a secret kept for nothing.
ALTER TABLE "messages" DROP CONSTRAINT "messages_sealed_only_while_waiting";
ALTER TABLE "messages" ADD CONSTRAINT "messages_sealed_only_while_needed" CHECK (
  CASE WHEN "status" IN ('QUEUED', 'SENDING') THEN "sealed" IS NOT NULL
       WHEN "status" = 'FAILED' THEN "sealed" IS NULL OR NOT "urgent"
       ELSE "sealed" IS NULL END);

-- For the lists of an operator, and for forgetting what was kept.
CREATE INDEX "messages_failed_idx" ON "messages" ("failed_at" DESC, "id") WHERE "status" = 'FAILED';
