-- CreateTable
CREATE TABLE "image_uploads" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "content_type" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "alt" TEXT,
    "as_avatar" BOOLEAN NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "claim_id" UUID,
    "claimed_until" TIMESTAMPTZ(3),

    CONSTRAINT "image_uploads_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "image_uploads_owner_id_idx" ON "image_uploads"("owner_id");

-- CreateIndex
CREATE INDEX "image_uploads_expires_at_idx" ON "image_uploads"("expires_at");
