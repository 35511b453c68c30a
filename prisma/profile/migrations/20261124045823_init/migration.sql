-- CreateEnum
CREATE TYPE "phone_verification_status" AS ENUM ('PENDING', 'CODE_SENT', 'VERIFIED', 'FAILED');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "phone_number" TEXT NOT NULL,
    "email" TEXT,
    "country" TEXT NOT NULL,
    "location" TEXT,
    "locale" TEXT,
    "phone_status" "phone_verification_status" NOT NULL DEFAULT 'PENDING',
    "code_sent_at" TIMESTAMPTZ(3),
    "code_expires_at" TIMESTAMPTZ(3),
    "verified_at" TIMESTAMPTZ(3),
    "phone_failure" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "phone_claims" (
    "phone_number" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "verified" BOOLEAN NOT NULL DEFAULT false,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "superseded_user_id" UUID,

    CONSTRAINT "phone_claims_pkey" PRIMARY KEY ("phone_number")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" UUID NOT NULL,
    "destination" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "client_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id","destination")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "client_id" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "payload_hash" TEXT,
    "user_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("client_id","key_hash")
);

-- CreateTable
CREATE TABLE "deleted_users" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "client_id" TEXT NOT NULL,
    "deleted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deleted_users_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "phone_claims_user_id_idx" ON "phone_claims"("user_id");

-- CreateIndex
CREATE INDEX "outbox_destination_due_at_idx" ON "outbox"("destination", "due_at");

-- CreateIndex
CREATE INDEX "outbox_user_id_destination_version_idx" ON "outbox"("user_id", "destination", "version");

-- CreateIndex
CREATE INDEX "idempotency_keys_user_id_idx" ON "idempotency_keys"("user_id");

-- CreateIndex
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys"("expires_at");
