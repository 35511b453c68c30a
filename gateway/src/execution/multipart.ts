import { randomBytes } from 'node:crypto';
import { Upload } from 'graphql-upload-ts';
import { bytesPass } from '../uploads/passing-bytes.ts';

/** A GraphQL multipart request to send: https://github.com/jaydenseric/graphql-multipart-request-spec. */
export interface MultipartRequest {
  contentType: string;
  body: AsyncIterable<Uint8Array>;
}

/** The files among variables, each with the places where it is used; empty where there is none. */
export function findUploads(variables: object): Map<Upload, string[]> {
  const found = new Map<Upload, string[]>();
  walk(variables, 'variables', found);
  return found;
}

function walk(value: unknown, path: string, found: Map<Upload, string[]>): void {
  if (value instanceof Upload) {
    const places = found.get(value);
    if (places) places.push(path);
    else found.set(value, [path]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) walk(item, `${path}.${key}`, found);
  }
}

/**
 * Writes a request with files anew for a subgraph, chunk by chunk as the files arrive, so that none is ever held
 * whole. `operations` is the request as JSON with null in the place of each file. The body's iteration throws what goes
 * wrong with a file.
 */
export function encodeMultipart(operations: string, uploads: ReadonlyMap<Upload, readonly string[]>): MultipartRequest {
  const boundary = `atrium-${randomBytes(16).toString('hex')}`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: write(operations, uploads, boundary),
  };
}

async function* write(operations: string, uploads: ReadonlyMap<Upload, readonly string[]>, boundary: string) {
  const map = Object.fromEntries([...uploads.values()].entries());
  yield Buffer.from(part(boundary, 'operations', operations) + part(boundary, 'map', JSON.stringify(map)));
  for (const [index, upload] of [...uploads.keys()].entries()) {
    const file = await upload.promise;
    const disposition = `form-data; name="${index}"; filename="${quotable(file.filename)}"`;
    yield Buffer.from(
      `--${boundary}\r\ncontent-disposition: ${disposition}\r\ncontent-type: ${mediaType(file.mimetype)}\r\n\r\n`,
    );
    for await (const piece of file.createReadStream() as AsyncIterable<Buffer>) {
      bytesPass(piece.length);
      yield piece;
    }
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

function part(boundary: string, name: string, value: string): string {
  return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

/** A file's name inside a header, as the HTML standard escapes it (multipart/form-data encoding algorithm). */
function quotable(name: string): string {
  return name.slice(0, 255).replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function mediaType(text: string): string {
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(text) ? text : 'application/octet-stream';
}
