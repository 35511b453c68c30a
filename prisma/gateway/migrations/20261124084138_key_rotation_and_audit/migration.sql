-- CreateEnum
CREATE TYPE "api_key_event_kind" AS ENUM ('CREATED', 'ROTATED', 'REVOKED');

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "replaced_by" TEXT;

-- CreateTable
CREATE TABLE "api_key_events" (
    "id" BIGSERIAL NOT NULL,
    "key_id" TEXT NOT NULL,
    "event" "api_key_event_kind" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "by" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "api_key_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "api_key_events_key_id_id_idx" ON "api_key_events"("key_id", "id");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_replaced_by_fkey" FOREIGN KEY ("replaced_by") REFERENCES "api_keys"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key_events" ADD CONSTRAINT "api_key_events_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "api_keys"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What was done before there was a trail
INSERT INTO "api_key_events" ("key_id", "event", "at", "by")
SELECT "id", 'CREATED', "created_at", 'unknown' FROM "api_keys" ORDER BY "created_at", "id";
INSERT INTO "api_key_events" ("key_id", "event", "at", "by")
SELECT "id", 'REVOKED', "revoked_at", 'unknown' FROM "api_keys" WHERE "revoked_at" IS NOT NULL ORDER BY "revoked_at", "id";

-- Every gateway listens on the channel api_keys and forgets what it remembers of the key that is named there. A trigger
-- tells of changes made by hand as well; it leaves out columns that no gateway remembers, last_used_at above all.
CREATE FUNCTION "notify_of_api_key"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('api_keys', COALESCE(NEW."id", OLD."id"));
  RETURN NULL;
END
$$;
CREATE TRIGGER "api_key_changed"
  AFTER INSERT OR DELETE
     OR UPDATE OF "id", "client_id", "hash", "scopes", "environment", "expires_at", "revoked_at", "requests_per_minute"
  ON "api_keys" FOR EACH ROW EXECUTE FUNCTION "notify_of_api_key"();
