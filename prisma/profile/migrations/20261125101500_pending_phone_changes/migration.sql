-- AlterTable
ALTER TABLE "users" ADD COLUMN     "pending_code_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "pending_code_sent_at" TIMESTAMPTZ(3),
ADD COLUMN     "pending_phone_number" TEXT;

-- CreateIndex
CREATE INDEX "dead_letters_user_id_idx" ON "dead_letters"("user_id");
