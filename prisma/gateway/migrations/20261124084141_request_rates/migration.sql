-- CreateTable. What it holds is worth nothing after a minute, so it is not written to the log of the database.
CREATE UNLOGGED TABLE "request_rates" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "request_rates_pkey" PRIMARY KEY ("key")
);
