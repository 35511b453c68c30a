-- What is told of messages day by day, and what it is counted from.

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "country" TEXT;

-- AlterTable
ALTER TABLE "challenges" ADD COLUMN     "message_id" UUID;

-- CreateTable
CREATE TABLE "message_stats" (
    "date" DATE NOT NULL,
    "operation" TEXT NOT NULL,
    "channel" "message_channel" NOT NULL,
    "country" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "sent" INTEGER NOT NULL DEFAULT 0,
    "delivered" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "verified" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "message_stats_pkey" PRIMARY KEY ("date","operation","channel","country","provider")
);

-- CreateTable
CREATE TABLE "message_stat_changes" (
    "id" BIGSERIAL NOT NULL,
    "date" DATE NOT NULL,
    "operation" TEXT NOT NULL,
    "channel" "message_channel" NOT NULL,
    "country" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "sent" INTEGER NOT NULL DEFAULT 0,
    "delivered" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "verified" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "message_stat_changes_pkey" PRIMARY KEY ("id")
);

-- What follows schema.prisma cannot say.

-- Counted where the rows are written, so that no writer can forget to. A message counts for what it is: on the day when a
-- provider accepted it, on the day when it arrived if it has, on the day when it failed if it has. What a change makes
-- untrue is taken back on the day where it stood, so the counts of all days are at any moment those of the messages there
-- are, and of those that were erased. One row a day and kind is appended for each statement, and folded in later: counted
-- in the daily rows themselves, all statements would wait for each other there.
CREATE FUNCTION "count_messages"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO message_stat_changes (date, operation, channel, country, provider, sent, delivered, failed)
  SELECT (counted.at AT TIME ZONE 'UTC')::date, operation, channel, COALESCE(country, ''), COALESCE(provider, ''),
         COALESCE(sum(sign) FILTER (WHERE kind = 'sent'), 0), COALESCE(sum(sign) FILTER (WHERE kind = 'delivered'), 0),
         COALESCE(sum(sign) FILTER (WHERE kind = 'failed'), 0)
  FROM (
    SELECT 1 AS sign, n.* FROM changed_to n JOIN changed_from o USING (id)
    WHERE (n.status, n.sent_at, n.delivered_at, n.failed_at, n.provider)
      IS DISTINCT FROM (o.status, o.sent_at, o.delivered_at, o.failed_at, o.provider)
    UNION ALL
    SELECT -1, o.* FROM changed_to n JOIN changed_from o USING (id)
    WHERE (n.status, n.sent_at, n.delivered_at, n.failed_at, n.provider)
      IS DISTINCT FROM (o.status, o.sent_at, o.delivered_at, o.failed_at, o.provider)
  ) AS states, LATERAL (
    VALUES ('sent', sent_at),
      ('delivered', CASE WHEN status = 'DELIVERED' THEN delivered_at END),
      ('failed', CASE WHEN status = 'FAILED' THEN failed_at END)
  ) AS counted(kind, at)
  WHERE counted.at IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5
  HAVING sum(sign) FILTER (WHERE kind = 'sent') <> 0 OR sum(sign) FILTER (WHERE kind = 'delivered') <> 0
    OR sum(sign) FILTER (WHERE kind = 'failed') <> 0;
  RETURN NULL;
END $$;

CREATE TRIGGER "messages_counted" AFTER UPDATE ON "messages"
  REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to
  FOR EACH STATEMENT EXECUTE FUNCTION "count_messages"();

-- A code that is accepted counts for the message that brought it.
CREATE FUNCTION "count_accepted_codes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO message_stat_changes (date, operation, channel, country, provider, verified)
  SELECT (n.accepted_at AT TIME ZONE 'UTC')::date, m.operation, m.channel, COALESCE(m.country, ''),
         COALESCE(m.provider, ''), count(*)
  FROM changed_to n JOIN changed_from o USING (id) JOIN messages m ON m.id = n.message_id
  WHERE n.accepted_at IS NOT NULL AND o.accepted_at IS NULL
  GROUP BY 1, 2, 3, 4, 5;
  RETURN NULL;
END $$;

CREATE TRIGGER "challenges_counted" AFTER UPDATE ON "challenges"
  REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to
  FOR EACH STATEMENT EXECUTE FUNCTION "count_accepted_codes"();

-- Messages that were there before anything was counted. The country of their numbers was not kept, nor which of them
-- brought a code that was accepted.
INSERT INTO "message_stats" ("date", "operation", "channel", "country", "provider", "sent", "delivered", "failed")
SELECT (counted."at" AT TIME ZONE 'UTC')::date, "operation", "channel", '', COALESCE("provider", ''),
       count(*) FILTER (WHERE "kind" = 'sent'), count(*) FILTER (WHERE "kind" = 'delivered'),
       count(*) FILTER (WHERE "kind" = 'failed')
FROM "messages", LATERAL (
  VALUES ('sent', "sent_at"),
    ('delivered', CASE WHEN "status" = 'DELIVERED' THEN "delivered_at" END),
    ('failed', CASE WHEN "status" = 'FAILED' THEN "failed_at" END)
) AS counted("kind", "at")
WHERE counted."at" IS NOT NULL
GROUP BY 1, 2, 3, 5;
