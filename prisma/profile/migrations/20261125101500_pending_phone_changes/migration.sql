-- AlterTable
ALTER TABLE "users" ADD COLUMN     "pending_code_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "pending_code_sent_at" TIMESTAMPTZ(3),
ADD COLUMN     "pending_phone_number" TEXT;
