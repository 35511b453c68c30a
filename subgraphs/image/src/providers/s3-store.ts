import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PictureStore } from '../domain/ports.ts';

/** Which bucket, and how it is reached. */
export interface S3Options {
  readonly bucket: string;
  /** In front of every key, `pictures/`; may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** Where the store answers, if it is not Amazon's. */
  readonly endpoint: string | undefined;
  /** Undefined where the environment, a file or the machine's role tells them, as the AWS SDK finds out by itself. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

const form = /^[0-9a-f]{64}$/;

/**
 * Bytes in a bucket of any S3-compatible store, as `<prefix><sha256>`. An object is there as a whole or not at all, and
 * durable once the store has said so, which checks the hash on arrival. Rejects at once where the bucket cannot be used.
 */
export async function openS3Store(options: S3Options): Promise<PictureStore> {
  // Loaded by those who use it: the SDK takes a quarter of a second to load, and 20 MB.
  const sdk = await import('@aws-sdk/client-s3');
  const { bucket: Bucket, prefix, region, endpoint, credentials } = options;
  const client = new sdk.S3Client({
    region,
    ...(endpoint && { endpoint, forcePathStyle: true }),
    ...(credentials && { credentials }),
  });
  await checkBucket(client, () => client.send(new sdk.HeadBucketCommand({ Bucket })), Bucket);
  const at = (sha256: string) => ({ Bucket, Key: prefix + sha256 });

  async function sizeOf(sha256: string): Promise<number | undefined> {
    const head = await unlessMissing(client.send(new sdk.HeadObjectCommand(at(sha256))));
    return head?.ContentLength;
  }

  return {
    async keep(sha256, bytes) {
      if ((await sizeOf(sha256)) === bytes.length) return;
      const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64');
      const what = {
        Body: bytes,
        ContentLength: bytes.length,
        ContentType: 'application/octet-stream',
        ChecksumSHA256,
      };
      await client.send(new sdk.PutObjectCommand({ ...at(sha256), ...what }));
    },
    async open(sha256, range) {
      const Range = range && `bytes=${range.start}-${range.end}`;
      const found = await unlessMissing(client.send(new sdk.GetObjectCommand({ ...at(sha256), Range })));
      return found ? (found.Body as Readable) : null;
    },
    async readInto(sha256, buffer) {
      const found = await unlessMissing(client.send(new sdk.GetObjectCommand(at(sha256))));
      if (!found) return null;
      let filled = 0;
      for await (const piece of found.Body as Readable) filled += (piece as Buffer).copy(buffer, filled);
      return filled;
    },
    has: async (sha256) => (await sizeOf(sha256)) !== undefined,
    async erase(sha256) {
      await client.send(new sdk.DeleteObjectCommand(at(sha256)));
    },
    async *list() {
      for await (const { Contents = [] } of sdk.paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
        const names = Contents.map(({ Key = '' }) => Key.slice(prefix.length));
        yield names.filter((name) => form.test(name));
      }
    },
    // An object that was not sent to its end never came to be.
    clearAbandoned: async () => {},
  };
}

async function checkBucket(client: S3Client, head: () => Promise<unknown>, bucket: string): Promise<void> {
  try {
    await head();
  } catch (error) {
    client.destroy();
    const { name } = error as Error;
    throw new Error(`IMAGE_S3_BUCKET ${bucket} cannot be used (${name}). Check the bucket, its address and the keys.`);
  }
}

async function unlessMissing<Result>(found: Promise<Result>): Promise<Result | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return undefined;
    throw error;
  }
}
