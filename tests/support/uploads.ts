import { type Answer, post } from './graphql-client.ts';
import { operation } from './operations.ts';

/** Sends uploadImage with a file, as the GraphQL multipart request specification says. */
export function uploadFile<Data>(
  to: { url: string; headers: Record<string, string> },
  input: object,
  file: { bytes: Buffer; name: string; type: string },
): Promise<Answer<Data>> {
  const form = new FormData();
  const variables = { input: { ...input, file: null } };
  form.append('operations', JSON.stringify({ query: operation('upload-image'), variables }));
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.append('0', new Blob([new Uint8Array(file.bytes)], { type: file.type }), file.name);
  return post<Data>(to.url, to.headers, form);
}
