-- CreateEnum
CREATE TYPE "phone_rule_kind" AS ENUM ('COUNTRY', 'PREFIX', 'TYPE');

-- CreateEnum
CREATE TYPE "phone_rule_effect" AS ENUM ('ALLOW', 'DENY');

-- CreateEnum
CREATE TYPE "suppression_reason" AS ENUM ('BOUNCE', 'STOP', 'COMPLAINT', 'OPERATOR');

-- CreateTable
CREATE TABLE "phone_rules" (
    "kind" "phone_rule_kind" NOT NULL,
    "value" TEXT NOT NULL,
    "effect" "phone_rule_effect" NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "phone_rules_pkey" PRIMARY KEY ("kind","value")
);

-- CreateTable
CREATE TABLE "denied_numbers" (
    "number_hash" BYTEA NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "denied_numbers_pkey" PRIMARY KEY ("number_hash")
);

-- CreateTable
CREATE TABLE "suppressions" (
    "recipient_hash" BYTEA NOT NULL,
    "channel" "message_channel" NOT NULL,
    "reason" "suppression_reason" NOT NULL,
    "source" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "suppressions_pkey" PRIMARY KEY ("recipient_hash","channel","reason")
);

-- CreateIndex
CREATE INDEX "denied_numbers_expires_at_idx" ON "denied_numbers"("expires_at");

-- What follows schema.prisma cannot say.

ALTER TABLE "phone_rules" ADD CONSTRAINT "phone_rules_value_of_its_kind"
  CHECK (CASE "kind"
    WHEN 'COUNTRY' THEN "value" ~ '^([A-Z]{2}|\*)$'
    WHEN 'PREFIX' THEN "value" ~ '^\+[1-9][0-9]{0,14}$'
    WHEN 'TYPE' THEN "value" ~ '^[A-Z_]+$'
  END);

-- Every kind of line has its rule, so that the table says all there is to know.
INSERT INTO "phone_rules" ("kind", "value", "effect", "reason") VALUES
  ('COUNTRY', '*', 'ALLOW', 'every country that no other rule is about'),
  ('TYPE', 'MOBILE', 'ALLOW', NULL),
  ('TYPE', 'FIXED_LINE_OR_MOBILE', 'ALLOW', 'plans that do not tell the two apart, as in North America'),
  ('TYPE', 'UNKNOWN', 'ALLOW', 'valid numbers whose plan does not tell their kind'),
  ('TYPE', 'FIXED_LINE', 'DENY', NULL),
  ('TYPE', 'PREMIUM_RATE', 'DENY', 'a message may cost dollars'),
  ('TYPE', 'SHARED_COST', 'DENY', 'a message may cost dollars'),
  ('TYPE', 'TOLL_FREE', 'DENY', NULL),
  ('TYPE', 'VOIP', 'DENY', 'cheap to have by the thousand'),
  ('TYPE', 'PERSONAL_NUMBER', 'DENY', 'a message may cost dollars'),
  ('TYPE', 'PAGER', 'DENY', NULL),
  ('TYPE', 'UAN', 'DENY', NULL),
  ('TYPE', 'VOICEMAIL', 'DENY', NULL);

-- Processes hold the policy in memory and read it again when they are told.
CREATE FUNCTION "tell_phone_policy"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('phone_policy', 'changed');
  RETURN NULL;
END $$;

CREATE TRIGGER "phone_rules_changed" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "phone_rules"
  FOR EACH STATEMENT EXECUTE FUNCTION "tell_phone_policy"();
CREATE TRIGGER "denied_numbers_changed" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "denied_numbers"
  FOR EACH STATEMENT EXECUTE FUNCTION "tell_phone_policy"();
