-- Keys are remembered by their keyed hash. SQL does not know the secret, so those that are remembered now are forgotten:
-- an upload that is repeated across this migration is stored once more.
TRUNCATE "idempotency_keys";

-- AlterTable
ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_pkey",
DROP COLUMN "key",
ADD COLUMN     "key_hmac" BYTEA NOT NULL,
ADD CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("client_id", "key_hmac");
