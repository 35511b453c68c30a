import { DateTime } from '@atrium/service-kit';
import { createImageUpload } from './create-image-upload.ts';
import { deleteImage } from './delete-image.ts';
import type { Resolvers } from './generated/schema.ts';
import { Image, ImageConnection, image } from './image.ts';
import { setAvatar } from './set-avatar.ts';
import { uploadImage } from './upload-image.ts';
import { Upload } from './upload-scalar.ts';
import { User } from './user.ts';

/** All resolvers of the subgraph. */
export const resolvers: Resolvers = {
  DateTime,
  Upload,
  Query: { image },
  Mutation: { uploadImage, createImageUpload, setAvatar, deleteImage },
  Image,
  ImageConnection,
  User,
};
