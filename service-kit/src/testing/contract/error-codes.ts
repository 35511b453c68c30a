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
  const query = (text: string, variables?: object) => JSON.stringify({ query: text, variables });
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
    {
      what: 'a body that is too large',
      code: 'PAYLOAD_TOO_LARGE',
      body: query('{ __typename }', { x: 'x'.repeat(provider.tooLargeBytes) }),
    },
  ];

  test.each(refusals)('$what is $code', async ({ code, status: given, method = 'POST', headers = {}, body }) => {
    const { status, errors, data, text } = await ask({ method, headers, ...(body !== undefined && { body }) });
    expect({ status, data, errors }).toEqual({
      status: given ?? httpStatus[code],
      data: null,
      errors: [
        expect.objectContaining({ message: expect.any(String), extensions: { code, requestId: expect.any(String) } }),
      ],
    });
    expect(text).not.toContain(secret);
  });

  async function ask(init: { method: string; headers: Headers; body?: string }): Promise<Answer> {
    const { url, keys } = running();
    if (!keys.gateway) throw new Error('The subgraph does not trust the gateway.');
    const authorization = await asClient(keys.gateway, provider.name, provider.scopes);
    const type = init.body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...type, ...authorization, ...init.headers };
    return readAnswer(await fetch(`${url}/graphql`, { ...init, headers }));
  }
}
