/** The separator of the parts of a multipart body that is written by hand. */
export const boundary = 'atrium-test';

/** The Content-Type of such a body. */
export const multipartType = `multipart/form-data; boundary=${boundary}`;

/** A field such as `operations` or `map`; what is no text is sent as JSON. */
export function field(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
}

/** The beginning of a file, whose bytes follow. */
export function fileStart(name: string): string {
  return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${name}.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`;
}

/** A whole file. */
export function file(name: string, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(fileStart(name)), bytes, Buffer.from('\r\n')]);
}

/** The end of the body. */
export const end = `--${boundary}--\r\n`;

/** A body of these pieces. */
export function body(...pieces: (string | Buffer)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
}
