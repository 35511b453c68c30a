import type { BenchQuery } from '../queries.ts';

/** Where and how a query is sent. */
export interface Target {
  port: number;
  headers: Readonly<Record<string, string>>;
}

/** A query's HTTP request with the digits left open in which one request differs from the next. */
export interface RequestTemplate {
  /** A buffer that holds the request, for one connection to fill in and send. */
  createBuffer(): Buffer;
  /** Fills in the digits for a place. */
  fill(buffer: Buffer, place: number): void;
}

const zero = 0x30;

/** Makes the template of a query: requests are then made by writing five or six bytes. */
export function requestTemplate(query: BenchQuery, { port, headers }: Target): RequestTemplate {
  const { first } = query.places;
  const body = bodyFor(query, first);
  const head = [
    'POST /graphql HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    'accept: application/json',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  const whole = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  const digits = String(Object.values(query.variables(first))[0]);
  const offset = whole.lastIndexOf(digits);
  const numberAtFirst = Number(digits);
  return {
    createBuffer: () => Buffer.from(whole),
    fill(buffer, place) {
      let rest = numberAtFirst + place - first;
      for (let index = offset + digits.length - 1; index >= offset; index -= 1) {
        buffer[index] = zero + (rest % 10);
        rest = Math.floor(rest / 10);
      }
    },
  };
}

/** The JSON body of a query's request. */
export function bodyFor(query: BenchQuery, place: number): string {
  return JSON.stringify({ query: query.document, variables: query.variables(place) });
}
