-- CreateTable
CREATE TABLE "taken_answers" (
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "taken_answers_pkey" PRIMARY KEY ("kind","key")
);

-- CreateIndex
CREATE INDEX "taken_answers_ends_at_idx" ON "taken_answers"("ends_at");
