-- Every text that a template ever had is kept; message_templates says which of them counts.

-- CreateTable
CREATE TABLE "message_template_versions" (
    "operation" TEXT NOT NULL,
    "channel" "message_channel" NOT NULL,
    "locale" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "shipped" BOOLEAN NOT NULL,
    "subject" TEXT,
    "body" TEXT NOT NULL,
    "html" TEXT,
    "variables" JSONB NOT NULL,
    "carries_code" BOOLEAN NOT NULL,
    "client_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "message_template_versions_pkey" PRIMARY KEY ("operation","channel","locale","version")
);

INSERT INTO "message_template_versions" (
  "operation", "channel", "locale", "version", "shipped", "subject", "body", "html", "variables", "carries_code", "created_at"
)
SELECT "operation", "channel", "locale", "version", "seeded", "subject", "body", "html",
       COALESCE((SELECT jsonb_agg(v || '{"type": "STRING"}') FROM jsonb_array_elements("variables") AS v), '[]'),
       "carries_code", "updated_at"
FROM "message_templates";

-- AlterTable
ALTER TABLE "message_templates" ADD COLUMN "last_version" INTEGER, ADD COLUMN "current_version" INTEGER;
UPDATE "message_templates" SET "last_version" = "version", "current_version" = "version";
ALTER TABLE "message_templates"
  ALTER COLUMN "last_version" SET NOT NULL,
  DROP COLUMN "version", DROP COLUMN "subject", DROP COLUMN "body", DROP COLUMN "html", DROP COLUMN "variables",
  DROP COLUMN "carries_code", DROP COLUMN "seeded";

-- AlterTable
ALTER TABLE "messages" ADD COLUMN "template_version" INTEGER;

-- What follows schema.prisma cannot say.

-- Every process has the current texts in memory and reads them anew when this is told.
CREATE FUNCTION tell_template_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('message_templates', 'changed');
  RETURN NULL;
END
$$;

CREATE TRIGGER message_templates_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "message_templates"
  FOR EACH STATEMENT EXECUTE FUNCTION tell_template_changes();
