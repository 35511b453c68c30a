import { isId, newId } from '@atrium/service-kit';
import { judgeText } from './judge-upload.ts';
import { formatOf, refuseType } from './picture-type.ts';
import { requireImageWrite } from './policy.ts';
import type { Asker, UploadStore } from './ports.ts';
import type { UploadAddresses } from './upload-address.ts';
import { inputError, tooLarge, type UserError, unknownUser } from './user-error.ts';

/** What is about to be sent. */
export interface CreateImageUploadInput {
  readonly userId: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly alt?: string | null | undefined;
  readonly asAvatar?: boolean | null | undefined;
}

/** Where to send it and until when, or what to mend. */
export interface CreateImageUploadOutcome {
  readonly imageId: string | null;
  readonly uploadUrl: string | null;
  readonly expiresAt: Date | null;
  readonly userErrors: UserError[];
}

/** Gives out an address that takes one picture of exactly this type and size; the image exists when it was judged. */
export type CreateImageUpload = (asker: Asker, input: CreateImageUploadInput) => Promise<CreateImageUploadOutcome>;

/** What announcing an upload is made of. */
export interface CreateImageUploadParts {
  readonly uploads: UploadStore;
  readonly addresses: UploadAddresses;
  readonly maxBytes: number;
}

/** Makes the action of its parts. */
export function createCreateImageUpload(parts: CreateImageUploadParts): CreateImageUpload {
  return async (asker, input) => {
    requireImageWrite(asker.caller);
    const userErrors = judge(input, parts.maxBytes);
    const userId = input.userId.toLowerCase();
    if (userErrors.length === 0 && !(await asker.people.exists(userId))) userErrors.push(unknownUser());
    if (userErrors.length > 0) return { imageId: null, uploadUrl: null, expiresAt: null, userErrors };
    const imageId = newId();
    const { contentType, sizeBytes, asAvatar } = input;
    const alt = input.alt?.trim() || null;
    const expiresAt = await parts.uploads.announce({
      ...{ id: imageId, userId, contentType: contentType.trim().toLowerCase(), sizeBytes, alt },
      asAvatar: asAvatar ?? false,
    });
    return { imageId, uploadUrl: parts.addresses.addressOf(imageId), expiresAt, userErrors: [] };
  };
}

function judge({ userId, contentType, sizeBytes, alt }: CreateImageUploadInput, maxBytes: number): UserError[] {
  const errors: UserError[] = [];
  if (!isId(userId)) errors.push(unknownUser());
  if (!formatOf(contentType.trim().toLowerCase())) {
    const { code, message } = refuseType();
    errors.push(inputError('contentType', code, message));
  }
  if (sizeBytes < 1) {
    errors.push(inputError('sizeBytes', 'OUT_OF_RANGE', 'Say how many bytes the picture has: at least one.'));
  } else if (sizeBytes > maxBytes) {
    const { code, message } = tooLarge(maxBytes);
    errors.push(inputError('sizeBytes', code, message));
  }
  const altError = judgeText('alt', alt?.trim());
  if (altError) errors.push(altError);
  return errors;
}
