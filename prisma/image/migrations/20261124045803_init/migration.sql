-- CreateTable
CREATE TABLE "images" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "content_type" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "thumbhash" TEXT NOT NULL,
    "alt" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "images_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pictures" (
    "sha256" TEXT NOT NULL,
    "may_be_unused" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "pictures_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "reservations" (
    "id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reservations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "avatars" (
    "user_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,

    CONSTRAINT "avatars_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "client_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "payload_hmac" BYTEA NOT NULL,
    "image_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("client_id","key")
);

-- CreateTable
CREATE TABLE "inbox_events" (
    "source" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_events_pkey" PRIMARY KEY ("source","id")
);

-- CreateTable
CREATE TABLE "erased_users" (
    "user_id" UUID NOT NULL,
    "erased_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "erased_users_pkey" PRIMARY KEY ("user_id")
);

-- CreateIndex
CREATE INDEX "images_owner_id_id_idx" ON "images"("owner_id", "id" DESC);

-- CreateIndex
CREATE INDEX "images_sha256_idx" ON "images"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "images_id_owner_id_key" ON "images"("id", "owner_id");

-- CreateIndex
CREATE INDEX "reservations_sha256_idx" ON "reservations"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "avatars_image_id_user_id_key" ON "avatars"("image_id", "user_id");

-- CreateIndex
CREATE INDEX "idempotency_keys_image_id_idx" ON "idempotency_keys"("image_id");

-- CreateIndex
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys"("expires_at");

-- CreateIndex
CREATE INDEX "inbox_events_received_at_idx" ON "inbox_events"("received_at");

-- CreateIndex
CREATE INDEX "erased_users_erased_at_idx" ON "erased_users"("erased_at");

-- AddForeignKey
ALTER TABLE "images" ADD CONSTRAINT "images_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "pictures"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "pictures"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "avatars" ADD CONSTRAINT "avatars_image_id_user_id_fkey" FOREIGN KEY ("image_id", "user_id") REFERENCES "images"("id", "owner_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Prisma's schema language has neither partial indexes nor checks.
-- Whoever sweeps looks at the few doubtful pictures only, however many are stored.
CREATE INDEX "pictures_may_be_unused_idx" ON "pictures"("sha256") WHERE "may_be_unused";

-- The hash becomes a file name, so nothing but a hash may ever stand here.
ALTER TABLE "pictures" ADD CONSTRAINT "pictures_sha256_check" CHECK ("sha256" ~ '^[0-9a-f]{64}$');

ALTER TABLE "images" ADD CONSTRAINT "images_size_check" CHECK ("width" > 0 AND "height" > 0 AND "size_bytes" > 0);
