import type { IncomingMessage } from 'node:http';
import { PublicError } from '@atrium/service-kit';
import type { ApiClient } from '../identity/authenticator.ts';
import { readBody } from '../limits/body.ts';
import type { BodyBudget } from '../limits/body-budget.ts';
import { receiveUpload, type UploadLimits } from '../uploads/receive-upload.ts';
import type { Exchange } from './exchange.ts';
import { type GraphRequest, readJsonBody, readSearch, toGraphRequest } from './graph-request.ts';

/** How much is taken in. */
export interface ReadOptions {
  budget: BodyBudget;
  jsonMaxBytes: number;
  /** For clients that may send pictures as base64. */
  imageJsonMaxBytes: number;
  upload: UploadLimits;
}

/** Reads what a client that is known by now asks for. */
export type RequestReader = (exchange: Exchange, client: ApiClient) => Promise<GraphRequest> | GraphRequest;

const jsonForm = /^application\/json(?:\s*;\s*charset\s*=\s*"?utf-?8"?)?\s*$/i;
const multipartForm = /^multipart\/form-data\b/i;

/** Whether a request carries files. */
export function isMultipart({ headers }: IncomingMessage): boolean {
  const contentType = headers['content-type'];
  return contentType !== undefined && contentType !== 'application/json' && multipartForm.test(contentType);
}

/** A reader under these limits. */
export function createRequestReader(options: ReadOptions): RequestReader {
  async function readPost(exchange: Exchange, client: ApiClient): Promise<GraphRequest> {
    const { request } = exchange;
    const sendsPictures = client.scopes.has('image:write');
    const maxBytes = sendsPictures ? options.imageJsonMaxBytes : options.jsonMaxBytes;
    const timeoutMs = exchange.context.deadline - performance.now();
    const body = await readBody(request, { maxBytes, timeoutMs }, (bytes) => {
      options.budget.take(bytes);
      exchange.reservedBytes += bytes;
    });
    return readJsonBody(body);
  }

  async function readUpload({ request, response }: Exchange, client: ApiClient): Promise<GraphRequest> {
    if (!client.scopes.has('image:write')) throw new PublicError('FORBIDDEN', 'Uploads need the scope image:write.');
    return toGraphRequest(await receiveUpload(request, response, options.upload));
  }

  return (exchange, client) => {
    const { request } = exchange;
    preventForgery(request);
    if (request.method === 'GET') return readSearch(request.url?.split('?', 2)[1] ?? '');
    const { 'content-type': contentType = '', 'content-encoding': contentEncoding = 'identity' } = request.headers;
    if (contentEncoding !== 'identity') {
      throw new PublicError('UNSUPPORTED_MEDIA_TYPE', 'Send the request without a content encoding.');
    }
    if (jsonForm.test(contentType)) return readPost(exchange, client);
    if (isMultipart(request)) return readUpload(exchange, client);
    throw new PublicError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Send the request as application/json or multipart/form-data, in UTF-8.',
    );
  };
}

/** Headers that no page can send across origins without asking first (the CORS protocol of the Fetch standard). */
const askedFirst = ['x-api-key', 'authorization', 'apollo-require-preflight', 'x-apollo-operation-name'];

/** Refuses what a hostile page could make a browser send; only a gateway that knows no keys meets such requests. */
function preventForgery({ headers, method }: IncomingMessage): void {
  if (method === 'POST' && jsonForm.test(headers['content-type'] ?? '')) return;
  if (askedFirst.some((name) => headers[name] !== undefined)) return;
  throw new PublicError('BAD_REQUEST', 'Send the header apollo-require-preflight: true with this request.');
}
