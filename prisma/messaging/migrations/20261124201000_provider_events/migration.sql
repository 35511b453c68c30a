-- CreateEnum
CREATE TYPE "provider_outcome" AS ENUM ('DELIVERED', 'FAILED');

-- CreateTable
CREATE TABLE "provider_events" (
    "provider" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "message_id" UUID,
    "provider_message_id" TEXT NOT NULL,
    "outcome" "provider_outcome",
    "failure" TEXT,
    "taken_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_events_pkey" PRIMARY KEY ("provider","id")
);

-- CreateIndex
CREATE INDEX "provider_events_message_id_idx" ON "provider_events"("message_id");

-- CreateIndex
CREATE INDEX "provider_events_taken_at_idx" ON "provider_events"("taken_at");

-- AddForeignKey
ALTER TABLE "provider_events" ADD CONSTRAINT "provider_events_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What follows schema.prisma cannot say.

-- A failure has its reason, and nothing else has one.
ALTER TABLE "provider_events" ADD CONSTRAINT "provider_events_failure_has_reason"
  CHECK (("outcome" IS NOT DISTINCT FROM 'FAILED') = ("failure" IS NOT NULL));
