import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import type { FetchPicture, ReceivedFile } from '../domain/ports.ts';
import { PictureRefusal, tooLarge } from '../domain/user-error.ts';
import { atLeastAsFast, type SpeedLimit } from './at-least-as-fast.ts';
import { createNameLookup, refuseOtherIpv6 } from './name-lookup.ts';
import { type AddressRules, judgeAddress, notAllowed } from './picture-address.ts';
import { receiveStream } from './receive-stream.ts';

/** What the fetcher may do. */
export interface FetcherOptions extends AddressRules {
  /** From the first name look-up to the last byte, redirects included. */
  readonly timeoutMs: number;
  readonly speed: SpeedLimit;
  /** Where names are looked up; at the machine's own where none are given. */
  readonly dnsServers: readonly string[];
}

const maxRedirects = 5;

// Azure's own services answer every machine there at this address, which is public by its form.
const denied = { keepAlive: false, denyIPAddressList: ['168.63.129.16'] };

// These judge the address that a name resolves to at the moment of connecting, so a name cannot change its mind.
const filtered = {
  'http:': new RequestFilteringHttpAgent(denied),
  'https:': new RequestFilteringHttpsAgent(denied),
};

/** Fetches pictures from the public internet: never from private networks, and never more or longer than allowed. */
export function createPictureFetcher(options: FetcherOptions): FetchPicture {
  const lookup = options.dnsServers.length > 0 ? createNameLookup(options.dnsServers) : undefined;
  return async (address, { maxBytes, timeoutMs }) => {
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(Math.min(timeoutMs(), options.timeoutMs))));
    try {
      return await follow(address, { ...options, lookup }, maxBytes, signal);
    } catch (error) {
      if (error instanceof PictureRefusal) throw error;
      throw refusalOf(error, signal);
    }
  };
}

async function follow(
  address: string,
  options: FetcherOptions & { lookup: LookupFunction | undefined },
  maxBytes: number,
  signal: AbortSignal,
): Promise<ReceivedFile> {
  let next = address;
  let base: URL | undefined;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const { url, trusted } = judgeAddress(next, base, options);
    const response = await request(url, { signal, trusted, lookup: options.lookup });
    try {
      const { statusCode = 0, headers } = response;
      if (statusCode === 200) return await readAtMost(response, maxBytes, options.speed);
      if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) {
        throw unreachable(`The address answers with status ${statusCode}. Check it.`);
      }
      next = headers.location;
      base = url;
    } finally {
      response.destroy();
    }
  }
  throw unreachable(`The address redirects more than ${maxRedirects} times. Give the picture's own address.`);
}

function request(
  url: URL,
  how: { signal: AbortSignal; trusted: boolean; lookup: LookupFunction | undefined },
): Promise<IncomingMessage> {
  const { signal, trusted, lookup } = how;
  const secure = url.protocol === 'https:';
  const options: RequestOptions = {
    signal,
    headers: { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'Atrium-Image/1' },
    lookup: trusted ? lookup : refuseOtherIpv6(lookup),
    agent: trusted ? undefined : filtered[secure ? 'https:' : 'http:'],
  };
  return new Promise((resolve, reject) => {
    const sent = (secure ? https : http).request(url, options, resolve);
    sent.once('error', reject);
    sent.end();
  });
}

async function readAtMost(response: IncomingMessage, maxBytes: number, speed: SpeedLimit): Promise<ReceivedFile> {
  if (Number(response.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
  return receiveStream(atLeastAsFast(response, speed) as AsyncIterable<Buffer>, maxBytes);
}

function refusalOf(error: unknown, signal: AbortSignal): PictureRefusal {
  if (signal.aborted) return unreachable('The address did not answer in time. Try again, or send the picture itself.');
  // The filter's errors have neither a class nor a code; its tests hold this text.
  if (error instanceof Error && /is not allowed\. Because/.test(error.message)) return notAllowed();
  // Whether a name exists that leads inside is nobody's business either.
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'getaddrinfo' || syscall?.startsWith('query')) return notAllowed();
  return unreachable('Nothing answers at the address. Check it, or send the picture itself.', error);
}

function unreachable(message: string, cause?: unknown): PictureRefusal {
  return new PictureRefusal('IMAGE_URL_UNREACHABLE', message, { cause });
}
