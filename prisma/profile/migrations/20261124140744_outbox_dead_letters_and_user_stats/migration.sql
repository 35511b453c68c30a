-- AlterTable
ALTER TABLE "outbox" ADD COLUMN     "last_fault" TEXT,
ADD COLUMN     "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "refusals" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "dead_letters" (
    "id" UUID NOT NULL,
    "destination" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "client_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL,
    "refusals" INTEGER NOT NULL,
    "last_fault" TEXT,
    "died_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dead_letters_pkey" PRIMARY KEY ("id","destination")
);

-- CreateTable
CREATE TABLE "user_stats" (
    "date" DATE NOT NULL,
    "country" TEXT NOT NULL,
    "created" INTEGER NOT NULL DEFAULT 0,
    "verified" INTEGER NOT NULL DEFAULT 0,
    "deleted" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "user_stats_pkey" PRIMARY KEY ("date","country")
);

-- CreateTable
CREATE TABLE "user_stat_changes" (
    "id" BIGSERIAL NOT NULL,
    "date" DATE NOT NULL,
    "country" TEXT NOT NULL,
    "created" INTEGER NOT NULL DEFAULT 0,
    "verified" INTEGER NOT NULL DEFAULT 0,
    "deleted" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "user_stat_changes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "dead_letters_died_at_idx" ON "dead_letters"("died_at");

-- CreateIndex
CREATE INDEX "deleted_users_deleted_at_idx" ON "deleted_users"("deleted_at");

-- Users who were there before anything was counted. Where deleted ones lived was not kept, so those are in no count.
INSERT INTO "user_stats" ("date", "country", "created", "verified")
SELECT "date", "country", sum("created"), sum("verified")
FROM (
    SELECT ("created_at" AT TIME ZONE 'UTC')::date AS "date", "country", 1 AS "created", 0 AS "verified" FROM "users"
    UNION ALL
    SELECT ("verified_at" AT TIME ZONE 'UTC')::date, "country", 0, 1 FROM "users" WHERE "phone_status" = 'VERIFIED' AND "verified_at" IS NOT NULL
) AS "changes"
GROUP BY "date", "country";
