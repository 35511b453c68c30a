-- CreateTable
CREATE TABLE "send_counts" (
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "hour_bucket" BIGINT NOT NULL,
    "hour_sent" INTEGER[],
    "hour_verified" INTEGER[],
    "day_bucket" BIGINT NOT NULL,
    "day_sent" INTEGER[],
    "day_verified" INTEGER[],
    "open_since" TIMESTAMPTZ(3),
    "baseline" DOUBLE PRECISION,
    "round_began_at" TIMESTAMPTZ(3),
    "round_sent" INTEGER NOT NULL DEFAULT 0,
    "round_verified" INTEGER NOT NULL DEFAULT 0,
    "closed_at" TIMESTAMPTZ(3),
    "counted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "send_counts_pkey" PRIMARY KEY ("kind","key")
);

-- CreateTable
CREATE TABLE "postponed_sends" (
    "request_id" UUID NOT NULL,
    "address_key" TEXT NOT NULL,
    "postponed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "postponed_sends_pkey" PRIMARY KEY ("request_id")
);

-- CreateTable
CREATE TABLE "breaker_events" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "baseline" DOUBLE PRECISION NOT NULL,
    "sent" INTEGER NOT NULL,
    "verified" INTEGER NOT NULL,
    "by_operator" BOOLEAN NOT NULL DEFAULT false,
    "happened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "told_to" TEXT[] DEFAULT ARRAY[]::TEXT[],

    CONSTRAINT "breaker_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "send_counts_counted_at_idx" ON "send_counts"("counted_at");

-- CreateIndex
CREATE INDEX "postponed_sends_postponed_at_idx" ON "postponed_sends"("postponed_at");

-- CreateIndex
CREATE INDEX "breaker_events_happened_at_idx" ON "breaker_events"("happened_at");

-- What follows schema.prisma cannot say.

-- Few breakers are open, and they are looked for at every scrape.
CREATE INDEX "send_counts_open" ON "send_counts"("kind", "key") WHERE "open_since" IS NOT NULL;

-- Rows are updated in place by every batch of codes: room for their next versions spares the index.
ALTER TABLE "send_counts" SET (fillfactor = 50);

-- A ring holds the counts of the latest `size` buckets of time, the newest last; missing ones at its beginning are 0.
-- Moves it on by so many buckets and adds to the newest. Far back means that the buckets' length was changed.
CREATE FUNCTION "slide_ring"(ring INTEGER[], steps BIGINT, size INTEGER, added INTEGER) RETURNS INTEGER[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN ring IS NULL THEN NULL
    WHEN steps >= size OR steps < -size THEN ARRAY[added]
    WHEN steps <= 0 THEN ring[:cardinality(ring) - 1] || (ring[cardinality(ring)] + added)
    ELSE ring[greatest(1, cardinality(ring) + steps::int - size + 1):] || array_fill(0, ARRAY[steps::int - 1]) || added
  END
$$;

-- The newest bucket after that.
CREATE FUNCTION "newest_bucket"(held BIGINT, arrived BIGINT, size INTEGER) RETURNS BIGINT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN arrived - held < -size THEN arrived ELSE greatest(held, arrived) END
$$;

-- Counts one in the bucket of each of these numbers, as far as the ring knows it.
CREATE FUNCTION "count_in_ring"(ring INTEGER[], newest BIGINT, buckets BIGINT[], size INTEGER) RETURNS INTEGER[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(
    coalesce(ring[cardinality(ring) - back], 0)
      + (SELECT count(*)::int FROM unnest(buckets) AS bucket WHERE bucket = newest - back)
    ORDER BY back DESC)
  FROM generate_series(0, size - 1) AS back
$$;

-- Counts planned sends and answers the rows that refuse some of them, or whose breaker may have something to say. It is
-- a function so that its plan is kept: planning took longer than counting a few sends. `counted_at` changes once an
-- hour, because a row whose indexed columns stay the same is updated without touching an index.
CREATE FUNCTION "count_sends"(
  planned JSON, bounds JSON, min_recent INTEGER,
  hour_bucket_ms DOUBLE PRECISION, hour_size INTEGER, day_bucket_ms DOUBLE PRECISION, day_size INTEGER
) RETURNS SETOF "send_counts"
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY WITH clock AS MATERIALIZED (
    SELECT floor(extract(epoch FROM now()) * 1000 / hour_bucket_ms)::bigint AS hour,
           floor(extract(epoch FROM now()) * 1000 / day_bucket_ms)::bigint AS day
  ), counted AS (
    INSERT INTO send_counts AS held
      (kind, key, hour_bucket, hour_sent, hour_verified, day_bucket, day_sent, day_verified)
    SELECT s.kind, s.key, clock.hour, ARRAY[s.sent], CASE WHEN s.watched THEN '{0}'::int[] END,
      clock.day, ARRAY[s.sent], CASE WHEN s.watched THEN '{0}'::int[] END
    FROM json_to_recordset(planned) AS s(kind text, key text, sent int, place int, watched boolean), clock
    ORDER BY s.place, s.key
    ON CONFLICT (kind, key) DO UPDATE SET
      hour_sent = slide_ring(held.hour_sent, excluded.hour_bucket - held.hour_bucket, hour_size, excluded.hour_sent[1]),
      hour_verified = slide_ring(held.hour_verified, excluded.hour_bucket - held.hour_bucket, hour_size, 0),
      hour_bucket = newest_bucket(held.hour_bucket, excluded.hour_bucket, hour_size),
      day_sent = slide_ring(held.day_sent, excluded.day_bucket - held.day_bucket, day_size, excluded.day_sent[1]),
      day_verified = slide_ring(held.day_verified, excluded.day_bucket - held.day_bucket, day_size, 0),
      day_bucket = newest_bucket(held.day_bucket, excluded.day_bucket, day_size),
      counted_at = CASE WHEN held.counted_at < now() - interval '1 hour' THEN now() ELSE held.counted_at END
    RETURNING held.*
  )
  SELECT counted.*
  FROM counted JOIN json_to_recordset(bounds) AS bound(kind text, hour int, day int) ON bound.kind = counted.kind
  WHERE (SELECT sum(n) FROM unnest(counted.hour_sent) AS n) > bound.hour
    OR (SELECT sum(n) FROM unnest(counted.day_sent) AS n) > bound.day
    OR counted.open_since IS NOT NULL
    OR (counted.hour_verified IS NOT NULL AND (SELECT sum(n) FROM unnest(counted.hour_sent) AS n) >= min_recent);
END
$$;
