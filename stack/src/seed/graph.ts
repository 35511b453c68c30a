import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../stack-error.ts';
import type { Picture } from './portrait.ts';

/** Where the graph is, and the key to it. */
export interface Connection {
  gatewayUrl: string;
  apiKey: string;
}

/** An error or userError of the graph, by its code. */
export class GraphFault extends Error {
  override name = 'GraphFault';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What every mutation answers besides its result. */
export interface Payload {
  userErrors: { code: string; field: string[] | null; message: string }[];
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: unknown[]; extensions?: { code?: string; retryAfterMs?: number } }[];
}

const attempts = 6;
const firstPauseMs = 200;
const worthRepeating = new Set(['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE', 'TIMEOUT']);

/** The public graph over HTTP. What asks for another try gets one: all that the seed asks for may safely be asked again. */
export class Graph {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Runs an operation and answers its only root field. */
  async ask<Result>(query: string, variables: object = {}, file?: Picture): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#post(query, variables, file);
      const fault = answer.errors?.[0];
      if (!fault) return Object.values(answer.data ?? {})[0] as Result;
      const code = fault.extensions?.code ?? 'INTERNAL';
      if (attempt === attempts || !worthRepeating.has(code)) throw new GraphFault(code, fault.message);
      const pauseMs = fault.extensions?.retryAfterMs ?? firstPauseMs * 2 ** (attempt - 1);
      await sleep(pauseMs * (1 + Math.random() / 4));
    }
  }

  /** Runs a mutation and answers its payload; a userError is thrown. */
  async mutate<Result extends Payload>(query: string, input: object, file?: Picture): Promise<Result> {
    const payload = await this.ask<Result | null>(query, { input }, file);
    const refusal = payload?.userErrors[0];
    if (refusal) throw new GraphFault(refusal.code, refusal.message);
    if (!payload) throw new GraphFault('INTERNAL', 'The mutation answered nothing.');
    return payload;
  }

  /** GETs JSON beside the graph, such as the developer inbox. */
  async get<Result>(path: string): Promise<Result> {
    const response = await this.#fetch(path, {});
    if (!response.ok) throw new GraphFault(`HTTP_${response.status}`, `${path} answered ${response.status}.`);
    return (await response.json()) as Result;
  }

  async #post(query: string, variables: object, file: Picture | undefined): Promise<Answer> {
    const response = await this.#fetch('/graphql', {
      method: 'POST',
      headers: { 'x-api-key': this.#connection.apiKey, ...(file ? {} : { 'content-type': 'application/json' }) },
      body: file ? multipart(query, variables, file) : JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    try {
      return JSON.parse(text) as Answer;
    } catch {
      throw new GraphFault(`HTTP_${response.status}`, 'The answer is no JSON.');
    }
  }

  async #fetch(path: string, request: RequestInit): Promise<Response> {
    const { gatewayUrl } = this.#connection;
    try {
      return await fetch(new URL(path, gatewayUrl), request);
    } catch {
      throw new StackError(`nothing answers at ${gatewayUrl}: start the stack with npm start, and seed it again.`);
    }
  }
}

/** A request as the GraphQL multipart request specification says, with the file as `input.file`. */
function multipart(query: string, variables: object, { bytes, type, fileName }: Picture): FormData {
  const form = new FormData();
  form.append('operations', JSON.stringify({ query, variables }));
  form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.append('0', new Blob([new Uint8Array(bytes)], { type }), fileName);
  return form;
}
