-- CreateEnum
CREATE TYPE "message_channel" AS ENUM ('SMS', 'EMAIL');

-- CreateEnum
CREATE TYPE "message_status" AS ENUM ('QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'FAILED', 'SUPPRESSED');

-- CreateTable
CREATE TABLE "messages" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "operation" TEXT NOT NULL,
    "channel" "message_channel" NOT NULL,
    "recipient" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "status" "message_status" NOT NULL DEFAULT 'QUEUED',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,
    "sealed" BYTEA,
    "urgent" BOOLEAN NOT NULL DEFAULT false,
    "client_id" TEXT,
    "provider" TEXT,
    "provider_message_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "not_after" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "phone_challenges" (
    "id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "number_hash" BYTEA NOT NULL,
    "code_hash" BYTEA,
    "rejection" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "verified_at" TIMESTAMPTZ(3),

    CONSTRAINT "phone_challenges_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message_templates" (
    "operation" TEXT NOT NULL,
    "channel" "message_channel" NOT NULL,
    "locale" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "subject" TEXT,
    "body" TEXT NOT NULL,
    "html" TEXT,
    "variables" JSONB NOT NULL,
    "carries_code" BOOLEAN NOT NULL,
    "seeded" BOOLEAN NOT NULL DEFAULT true,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "message_templates_pkey" PRIMARY KEY ("operation","channel","locale")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "client_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("client_id","key")
);

-- CreateTable
CREATE TABLE "taken_events" (
    "source" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "taken_events_pkey" PRIMARY KEY ("source","id")
);

-- CreateTable
CREATE TABLE "erased_users" (
    "user_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erased_users_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "developer_inbox" (
    "id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "to" TEXT NOT NULL,
    "channel" "message_channel" NOT NULL,
    "operation" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "subject" TEXT,
    "body" TEXT NOT NULL,
    "html" TEXT,
    "code" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "developer_inbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "messages_user_id_id_idx" ON "messages"("user_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "phone_challenges_request_id_key" ON "phone_challenges"("request_id");

-- CreateIndex
CREATE INDEX "phone_challenges_user_id_number_hash_created_at_idx" ON "phone_challenges"("user_id", "number_hash", "created_at" DESC);

-- CreateIndex
CREATE INDEX "phone_challenges_created_at_idx" ON "phone_challenges"("created_at");

-- CreateIndex
CREATE INDEX "idempotency_keys_user_id_idx" ON "idempotency_keys"("user_id");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "taken_events_taken_at_idx" ON "taken_events"("taken_at");

-- CreateIndex
CREATE UNIQUE INDEX "developer_inbox_message_id_key" ON "developer_inbox"("message_id");

-- CreateIndex
CREATE INDEX "developer_inbox_to_id_idx" ON "developer_inbox"("to", "id" DESC);

-- AddForeignKey
ALTER TABLE "developer_inbox" ADD CONSTRAINT "developer_inbox_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What follows schema.prisma cannot say.

-- A sealed text that outlives its sending would be a secret kept for nothing.
ALTER TABLE "messages" ADD CONSTRAINT "messages_sealed_only_while_waiting"
  CHECK (("sealed" IS NOT NULL) = ("status" IN ('QUEUED', 'SENDING')));

-- A challenge holds a code or the reason why there is none, never both and never neither.
ALTER TABLE "phone_challenges" ADD CONSTRAINT "phone_challenges_code_or_rejection"
  CHECK (("code_hash" IS NULL) <> ("rejection" IS NULL));
