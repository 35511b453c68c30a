import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { type ErrorCode, httpStatus } from '../../errors.ts';
import { type Answer, asClient, type Headers, readAnswer } from './callers.ts';
import type { Provider, RunningProvider } from './provider.ts';

interface Refusal {
  readonly what: string;
  readonly code: ErrorCode;
  /** Where it is not the one that the code usually comes with. */
  readonly status?: number;
  readonly method?: string;
  readonly headers?: Headers;
  readonly body?: string;
}

/** Sends what cannot be answered, and expects a code of the closed list and nothing of what was sent. */
export function describeErrorCodes<P extends RunningProvider>(provider: Provider<P>, running: () => P): void {
  const query = (document: string, variables?: object) => JSON.stringify({ query: document, variables });
  const typed = 'query ($flag: Boolean!) { __typename @include(if: $flag) }';
  const secret = 'sent-and-never-told';
  const refusals: Refusal[] = [
    { what: 'a body that is no JSON', code: 'BAD_REQUEST', body: `{"query": ${secret}` },
    { what: 'a body that is no request', code: 'BAD_REQUEST', body: JSON.stringify([secret]) },
    { what: 'a body without a document', code: 'BAD_REQUEST', body: '{}' },
    { what: 'a document that cannot be parsed', code: 'GRAPHQL_PARSE_FAILED', body: query('{ __typename') },
    { what: 'a field that there is none of', code: 'GRAPHQL_VALIDATION_FAILED', body: query('{ unknownField }') },
    { what: 'a variable of another type', code: 'BAD_USER_INPUT', body: query(typed, { flag: secret }) },
    { what: 'another method', code: 'BAD_REQUEST', status: 404, method: 'GET' },
    {
      what: 'a body of another type',
      code: 'UNSUPPORTED_MEDIA_TYPE',
      headers: { 'content-type': 'application/xml' },
      body: secret,
    },
  ];

  test.each(refusals)('$what is $code', async ({ code, status: given, method = 'POST', headers = {}, body }) => {
    const {
      status,
      errors,
      data,
      text: answered,
    } = await ask({ method, headers, ...(body !== undefined && { body }) });
    expect({ status, data, errors }).toEqual({
      status: given ?? httpStatus[code],
      data: null,
      errors: [
        expect.objectContaining({ message: expect.any(String), extensions: { code, requestId: expect.any(String) } }),
      ],
    });
    expect(answered).not.toContain(secret);
  });

  test('a body that is too large is PAYLOAD_TOO_LARGE, before any of it was sent', async () => {
    const { status, errors } = await announce(provider.tooLargeBytes);
    expect({ status, codes: errors.map(({ extensions }) => extensions.code) }).toEqual({
      status: httpStatus.PAYLOAD_TOO_LARGE,
      codes: ['PAYLOAD_TOO_LARGE'],
    });
  });

  /** Says how long a body will be and waits for the answer: a client that goes on sending may miss it. */
  async function announce(sizeBytes: number): Promise<Answer> {
    const { url } = running();
    const headers = { 'content-type': 'application/json', 'content-length': sizeBytes, ...(await authorize()) };
    const sent = request(`${url}/graphql`, { method: 'POST', headers });
    sent.flushHeaders();
    try {
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return await readAnswer(new Response(await text(response), { status: response.statusCode ?? 0 }));
    } finally {
      sent.destroy();
    }
  }

  async function authorize(): Promise<Headers> {
    const { keys } = running();
    return asClient(keys.gateway, provider.name, provider.scopes);
  }

  async function ask(init: { method: string; headers: Headers; body?: string }): Promise<Answer> {
    const type = init.body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...type, ...(await authorize()), ...init.headers };
    return readAnswer(await fetch(`${running().url}/graphql`, { ...init, headers }));
  }
}
