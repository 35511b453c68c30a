import { isId } from '@atrium/service-kit';
import type { ReceiveFile } from './ports.ts';
import { inputError, type UserError, unknownUser } from './user-error.ts';

/** What a caller asks to be taken in, as it came. */
export interface UploadImageInput {
  readonly userId: string;
  readonly file?: ReceiveFile | null | undefined;
  readonly base64?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly alt?: string | null | undefined;
  readonly asAvatar?: boolean | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** Where the bytes come from. */
export type PictureSource =
  | { readonly kind: 'file'; readonly receive: ReceiveFile }
  | { readonly kind: 'base64'; readonly text: string }
  | { readonly kind: 'url'; readonly address: string };

/** An upload whose input is sound. */
export interface Upload {
  readonly userId: string;
  readonly source: PictureSource;
  readonly alt: string | null;
  readonly asAvatar: boolean;
  readonly idempotencyKey: string | undefined;
}

/** The longest of each text, in characters. */
const longest = { alt: 1_000, url: 2_048, idempotencyKey: 200 };

/** Judges an input before anything is read or fetched; answers the upload, or all that is wrong with it. */
export function judgeUpload(input: UploadImageInput): Upload | UserError[] {
  const errors: UserError[] = [];
  if (!isId(input.userId)) errors.push(unknownUser());
  const alt = input.alt?.trim() || null;
  const url = input.url?.trim();
  const { idempotencyKey = null } = input;
  for (const [field, text] of Object.entries({ alt, url, idempotencyKey })) {
    const error = judgeText(field as keyof typeof longest, text);
    if (error) errors.push(error);
  }
  if (idempotencyKey === '') errors.push(inputError('idempotencyKey', 'REQUIRED', 'Give a key, or leave it out.'));
  if (url === '') errors.push(inputError('url', 'REQUIRED', 'Give the address of a picture.'));
  const source = chooseSource({ ...input, url });
  if (source === undefined) {
    const message = 'Send the picture one way: give exactly one of file, base64 and url.';
    errors.push({ code: 'EXACTLY_ONE_REQUIRED', field: ['input'], message });
  }
  if (source === undefined || errors.length > 0) return errors;
  return {
    userId: input.userId.toLowerCase(),
    source,
    alt,
    asAvatar: input.asAvatar ?? false,
    idempotencyKey: idempotencyKey ?? undefined,
  };
}

function chooseSource({ file, base64, url }: UploadImageInput): PictureSource | undefined {
  const sources: PictureSource[] = [];
  if (file != null) sources.push({ kind: 'file', receive: file });
  if (base64 != null) sources.push({ kind: 'base64', text: base64 });
  if (url != null) sources.push({ kind: 'url', address: url });
  return sources.length === 1 ? sources[0] : undefined;
}

/** Judges a text of an upload by its length and its characters. */
export function judgeText(field: keyof typeof longest, text: string | null | undefined): UserError | undefined {
  if (text == null) return undefined;
  const max = longest[field];
  // A character takes two units at most, so what has more units than that need not be counted.
  if (text.length > 2 * max || [...text].length > max) {
    return inputError(field, 'TOO_LONG', `At most ${max} characters. Shorten it.`);
  }
  // Lone surrogates have no UTF-8, and control characters no place in what is shown or looked up.
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) {
    return inputError(field, 'INVALID_FORMAT', 'Leave out control characters and line breaks.');
  }
  return undefined;
}
