import type { Connection } from '@atrium/service-kit';

/** A stored picture of one user. */
export interface Image {
  readonly id: string;
  readonly ownerId: string;
  /** In pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** The media type of the stored bytes. */
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Of the stored bytes, in hexadecimal. */
  readonly sha256: string;
  /** Base64. */
  readonly thumbhash: string;
  readonly alt: string | null;
  readonly createdAt: Date;
}

/** An image that is about to be saved; when it was taken in is for the database's clock to say. */
export type NewImage = Omit<Image, 'createdAt'>;

/** A page of one user's images; it knows the user, so that the total can be counted when asked for. */
export interface ImagePage extends Connection<Image> {
  readonly ownerId: string;
}

/** A picture that went through the intake: upright, free of metadata, ready to be stored. */
export interface Picture {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly contentType: string;
  readonly thumbhash: string;
  /** What small variants are made from; where the picture is too small or of a kind to have one, undefined. */
  readonly copy: Buffer | undefined;
}
