import { newId } from '@atrium/service-kit';
import type { AnnouncedUpload, UploadStore } from '../domain/ports.ts';
import type { Database } from './database.ts';

/** How long an upload may be begun, and how long whoever has begun keeps others from beginning. */
export interface UploadDurations {
  readonly uploadMs: number;
  readonly requestBudgetMs: number;
}

/** The port's implementation on PostgreSQL. */
export function createUploadStore(database: Database, durations: UploadDurations): UploadStore {
  const { uploadMs, requestBudgetMs } = durations;
  return {
    announce: (upload) => announce(database, upload, uploadMs),
    async find(id) {
      const [upload] = await database.$queryRaw<AnnouncedUpload[]>`
        SELECT id::text, owner_id::text AS "userId", content_type AS "contentType", size_bytes AS "sizeBytes", alt,
          as_avatar AS "asAvatar"
        FROM image_uploads WHERE id = ${id}::uuid AND expires_at > now()`;
      return upload ?? null;
    },
    async claim(id) {
      const claimId = newId();
      const claimed = await database.$executeRaw`
        UPDATE image_uploads
        SET claim_id = ${claimId}::uuid, claimed_until = now() + ${requestBudgetMs} * interval '1 millisecond'
        WHERE id = ${id}::uuid AND expires_at > now() AND (claimed_until IS NULL OR claimed_until <= now())`;
      return claimed === 1 ? claimId : null;
    },
    async release({ id, claimId }) {
      await database.imageUpload.updateMany({ where: { id, claimId }, data: { claimId: null, claimedUntil: null } });
    },
    async useUp({ id, claimId }) {
      await database.imageUpload.deleteMany({ where: { id, claimId } });
    },
  };
}

async function announce(database: Database, upload: AnnouncedUpload, uploadMs: number): Promise<Date> {
  const { id, userId, contentType, sizeBytes, alt, asAvatar } = upload;
  const [row] = await database.$queryRaw<{ expires_at: Date }[]>`
    INSERT INTO image_uploads (id, owner_id, content_type, size_bytes, alt, as_avatar, expires_at)
    VALUES (${id}::uuid, ${userId}::uuid, ${contentType}, ${sizeBytes}, ${alt}, ${asAvatar},
      now() + ${uploadMs} * interval '1 millisecond')
    RETURNING expires_at`;
  if (!row) throw new Error('an inserted upload was not returned');
  return row.expires_at;
}
