import { type Settings, SettingsError } from '@atrium/service-kit';
import type { settings as definition } from './config.ts';
import type { PictureStore } from './domain/ports.ts';
import { openFolderStore } from './providers/folder-store.ts';
import { openS3Store } from './providers/s3-store.ts';

/** Opens the store that the settings choose; rejects where it cannot be used, or where the settings do not say which. */
export async function openPictureStore(settings: Settings<typeof definition>): Promise<PictureStore> {
  if (settings.store === 'folder') return openFolderStore(settings.folder);
  const { s3Bucket: bucket, s3Prefix: prefix = '', s3Region: region, s3Endpoint: endpoint } = settings;
  const { s3AccessKeyId: accessKeyId, s3SecretAccessKey: secretAccessKey } = settings;
  if (!bucket) throw new SettingsError(['IMAGE_S3_BUCKET: is required where IMAGE_STORE is s3']);
  if (!accessKeyId !== !secretAccessKey) {
    throw new SettingsError(['IMAGE_S3_ACCESS_KEY_ID and IMAGE_S3_SECRET_ACCESS_KEY: give both or neither']);
  }
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  return openS3Store({ bucket, prefix, region, endpoint, credentials });
}
