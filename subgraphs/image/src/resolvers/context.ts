import type { SubgraphContext } from '@atrium/service-kit/subgraph';
import type { CreateImageUpload } from '../domain/create-image-upload.ts';
import type { DeleteImage } from '../domain/delete-image.ts';
import type { ImageAddresses } from '../domain/image-address.ts';
import type { Asker, ReceiveFile } from '../domain/ports.ts';
import type { SetAvatar } from '../domain/set-avatar.ts';
import type { UploadImage } from '../domain/upload-image.ts';

/** What resolvers call; it is the same for every request. */
export interface Actions {
  readonly uploadImage: UploadImage;
  readonly createImageUpload: CreateImageUpload;
  readonly setAvatar: SetAvatar;
  readonly deleteImage: DeleteImage;
  readonly addresses: ImageAddresses;
  /** Makes a file of what the Upload scalar lets pass: the promise of a multipart request's file. */
  readonly fileOf: (upload: Promise<unknown>) => ReceiveFile;
}

/** What resolvers are given in one request. */
export interface Context extends SubgraphContext {
  readonly asker: Asker;
  readonly actions: Actions;
}
