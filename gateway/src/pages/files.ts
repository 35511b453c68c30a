import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentSecurityPolicy } from './page.ts';

/** A file that pages load, ready to be sent. */
export interface PageFile {
  body: Buffer;
  contentType: string;
  etag: string;
}

const contentTypes: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** Makes a file ready; its name's ending says what it is. */
export function createPageFile(name: string, content: string): PageFile {
  const contentType = contentTypes[name.split('.').at(-1) ?? ''];
  if (!contentType) throw new Error(`Pages load no files such as ${name}.`);
  const body = Buffer.from(content);
  return { body, contentType, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}

/** Sends the file, or nothing where the browser has it already: it asks each time, so that a change shows at once. */
export function sendPageFile(request: FastifyRequest, reply: FastifyReply, file: PageFile): FastifyReply {
  reply.headers({
    etag: file.etag,
    'cache-control': 'no-cache',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  if (request.headers['if-none-match'] === file.etag) return reply.status(304).send();
  // As a worker a script has a policy of its own, and GraphiQL's workers load nothing.
  const policy = contentSecurityPolicy({ script: ["'self'"], style: ["'none'"] });
  return reply.header('content-security-policy', policy).type(file.contentType).send(file.body);
}
