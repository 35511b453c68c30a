import { expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();

/** Fetches as a client that has a key; without one nothing is answered at all. */
const fetchWithKey: typeof fetch = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...init.headers, 'x-api-key': system.apiKey } });

const audits = serverAudits({ url: `${system.gatewayUrl}/graphql`, fetchFn: fetchWithKey });

/**
 * What the specification recommends and we do otherwise, by the audit's id. A document that cannot be parsed or does not
 * fit the schema, or variables that do not fit it, are answered with 400 in either form of answer: the specification lets `application/json` say 200 for
 * the sake of clients older than itself, and a 200 hides the fault from every proxy, dashboard and retry in between.
 * Apollo's clients read the errors of a 400 all the same.
 */
const departures: Record<string, string> = {
  '572B': 'SHOULD use 200 status code on document parsing failure when accepting application/json',
  FDE2: 'SHOULD use 200 status code on document validation failure when accepting application/json',
  '7B9B': 'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
};

test('there are audits of every part of the specification', () => {
  expect(audits.length).toBeGreaterThan(55);
});

test.each(audits.map((audit) => [audit.name, audit] as const))('GraphQL over HTTP: %s', async (_name, audit) => {
  const result = await audit.fn();
  const departure = departures[audit.id];
  if (departure === undefined) {
    expect({ ...result, response: undefined }).toMatchObject({ status: 'ok' });
  } else {
    // Still a departure: the list says nothing that is no longer so.
    expect({ status: result.status, name: audit.name }).toEqual({ status: 'warn', name: departure });
  }
});
