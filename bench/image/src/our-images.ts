import { createTokenIssuer } from '@atrium/service-kit';
import { FormData, fetch } from 'undici';
import type { OwnStack } from '../../src/own-stack.ts';
import type { Wish } from './wishes.ts';

/** Our Image service, asked straight or through the gateway. */
export interface OurImages {
  /** A person whose pictures they are. */
  userId: string;
  /** Takes in a picture by a multipart request; answers its id and hash. */
  upload(photograph: Buffer, way: Way): Promise<{ id: string; sha256: string }>;
  /** Where Image itself serves a picture as it is stored. */
  original(imageId: string): Promise<string>;
  /** Where Image itself serves variants of a picture. */
  addresses(imageId: string, wishes: readonly Wish[]): Promise<string[]>;
}

/** How uploads travel. */
export type Way = 'gateway' | 'image';

const uploadImage = `mutation ($input: UploadImageInput!) {
  uploadImage(input: $input) { image { id sha256 } userErrors { code message } }
}`;
const createUser = `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { user { id } userErrors { code message } }
}`;

/** Makes a person and the ways to their pictures. */
export async function openOurImages(stack: OwnStack): Promise<OurImages> {
  const imageUrl = stack.services.image.url;
  const issuer = createTokenIssuer(stack.signingKeys.gateway);
  const scopes = ['image:read', 'image:write'];

  async function headersOf(way: Way): Promise<Record<string, string>> {
    if (way === 'gateway') return { 'x-api-key': stack.key };
    return { authorization: `Bearer ${await issuer.clientToken({ clientId: 'bench', scopes }, 'image')}` };
  }

  async function send<Data>(way: Way, body: string | FormData): Promise<Data> {
    const json = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    const url = `${way === 'gateway' ? stack.gatewayUrl : imageUrl}/graphql`;
    const response = await fetch(url, { method: 'POST', headers: { ...(await headersOf(way)), ...json }, body });
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    if (!data || errors) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(errors)}`);
    return data;
  }

  /** The public address leads through the gateway. */
  function atImage(publicUrl: string): string {
    const { pathname, search } = new URL(publicUrl);
    return imageUrl + pathname + search;
  }

  const input = { name: 'Bench', phoneNumber: '+919876543210', country: 'IN' };
  const created = await send<{ createUser: { user: { id: string } } }>(
    'gateway',
    JSON.stringify({ query: createUser, variables: { input } }),
  );
  const userId = created.createUser.user.id;

  return {
    userId,
    async upload(photograph, way) {
      const form = new FormData();
      const variables = { input: { userId, file: null } };
      form.append('operations', JSON.stringify({ query: uploadImage, variables }));
      form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
      form.append('0', new Blob([new Uint8Array(photograph)], { type: 'image/jpeg' }), 'photograph.jpg');
      const { uploadImage: answer } = await send<{ uploadImage: { image: { id: string; sha256: string } | null } }>(
        way,
        form,
      );
      if (!answer.image) throw new Error(`an upload was refused: ${JSON.stringify(answer)}`);
      return answer.image;
    },
    async original(imageId) {
      const query = `{ image(id: "${imageId}") { url } }`;
      const { image } = await send<{ image: { url: string } }>('image', JSON.stringify({ query }));
      return atImage(image.url);
    },
    async addresses(imageId, wishes) {
      const fields = wishes.map(({ width, height, format, quality }, at) => {
        const variant = `{ width: ${width}, height: ${height}, format: ${format.toUpperCase()}, quality: ${quality} }`;
        return `v${at}: url(variant: ${variant})`;
      });
      const query = `{ image(id: "${imageId}") { ${fields.join(' ')} } }`;
      const { image } = await send<{ image: Record<string, string> }>('image', JSON.stringify({ query }));
      return wishes.map((_, at) => atImage(image[`v${at}`] as string));
    },
  };
}
