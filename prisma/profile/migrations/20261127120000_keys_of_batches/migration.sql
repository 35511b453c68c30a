-- AlterTable
ALTER TABLE "idempotency_keys" ADD COLUMN     "refusals" JSONB,
ALTER COLUMN "user_id" DROP NOT NULL;
