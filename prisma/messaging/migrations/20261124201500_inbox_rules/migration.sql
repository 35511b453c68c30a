-- CreateEnum
CREATE TYPE "inbox_rule_action" AS ENUM ('FAIL', 'UNAVAILABLE', 'DELAY', 'BOUNCE');

-- AlterTable
ALTER TABLE "developer_inbox" ADD COLUMN     "arrived" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "inbox_rules" (
    "to" TEXT NOT NULL,
    "action" "inbox_rule_action" NOT NULL,
    "times" INTEGER,
    "delay_ms" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_rules_pkey" PRIMARY KEY ("to")
);
