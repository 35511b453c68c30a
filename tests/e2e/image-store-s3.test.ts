import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { startS3Server } from '../support/s3-server.ts';
import { sharedSystemVariable } from '../support/system.ts';
import { ownSystem } from '../support/test-system.ts';
import { scale } from '../support/tier.ts';

const s3 = await startS3Server();
afterAll(() => s3.stop());
const system = await ownSystem({ settings: { image: s3.settings } });
// The very tests of pictures run against this system, whose pictures lie in a bucket.
process.env[sharedSystemVariable] = JSON.stringify(system);
await import('./images.test.ts');
await import('./image-uploads.test.ts');
await import('./variants.test.ts');
if (scale('corpora sent to S3', { small: 0, full: 1 }) > 0) await import('./image-corpus.test.ts');

test('no picture lies in a folder, and variants do', () => {
  expect(readdirSync(join(system.dataDir, 'images'))).toEqual(['variants']);
});
