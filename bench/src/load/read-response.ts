/** An HTTP response that has arrived in full. */
export interface Response {
  status: number;
  body: Buffer;
  /** Whether the server closes the connection behind it. */
  closes: boolean;
}

/**
 * Reads the response that the bytes begin with; undefined while some of it is missing. It knows what servers send to a
 * client that sends one request at a time and accepts no compression: a length, or chunks (RFC 9112, sections 6 and 7).
 */
export function readResponse(bytes: Buffer): Response | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const bodyStart = headEnd + 4;
  const status = Number(head.slice(9, 12));
  const closes = /\r\nconnection: *close/i.test(head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const bodyEnd = bodyStart + Number(length);
    return bytes.length < bodyEnd ? undefined : { status, closes, body: bytes.subarray(bodyStart, bodyEnd) };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error('a response with neither a length nor chunks');
  const body = readChunks(bytes, bodyStart);
  return body && { status, closes, body };
}

function readChunks(bytes: Buffer, start: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let position = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', position);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', position, lineEnd), 16);
    const chunkStart = lineEnd + 2;
    position = chunkStart + size + 2;
    if (bytes.length < position) return undefined;
    if (size === 0) return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    chunks.push(bytes.subarray(chunkStart, chunkStart + size));
  }
}
