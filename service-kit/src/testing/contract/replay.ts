import { describe, expect, test } from '@jest/globals';
import { type Contract, type RecordedRequest, readContracts } from '../../contract-file.ts';
import { type Answer, asClient, asService, type Headers, post } from './callers.ts';
import { checkAnswer, noJudgement, unseenFields } from './check-answer.ts';
import type { Provider, RunningProvider } from './provider.ts';
import { scopesIn, shownWithoutScope } from './scoped-fields.ts';

/** Sends what each consumer is recorded to send, and compares the answers with the form that it relies on. */
export function describeReplay<P extends RunningProvider>(provider: Provider<P>, running: () => P): void {
  const contracts = readContracts(provider.folder);
  test('the gateway has a contract with the subgraph', () => {
    expect(contracts.map(({ consumer }) => consumer)).toContain('gateway');
  });

  test('whatever variables are made for is recorded', () => {
    const names = contracts.flatMap(({ requests }) => requests.map(nameOf));
    expect(Object.keys(provider.variables).filter((name) => !names.includes(name))).toEqual([]);
  });

  describe.each(contracts)('$consumer relies on the answer to', (contract) => {
    test.each([...contract.requests])('$name', async (request) => {
      const judged = noJudgement();
      for (const body of await bodiesOf(provider, running(), request)) {
        const answer = await send(provider, running(), contract, body, provider.scopes);
        expect(answer.errors).toEqual([]);
        checkAnswer(request.answer, answer.data, { enums: contract.enums, scalars: provider.scalars }, judged);
      }
      expect(judged.faults).toEqual([]);
      // A field that is null or in an empty list wherever it is asked for was not tested.
      expect(unseenFields(request.answer, judged.seen)).toEqual([]);
    });

    const scoped = contract.requests.flatMap((request) =>
      scopesIn(request.answer).map((scope) => ({ request, scope })),
    );
    if (scoped.length === 0) return;
    test.each(scoped)('$request.name without $scope, which shows nothing that needs it', async ({ request, scope }) => {
      const held = provider.scopes.filter((each) => each !== scope);
      const [body = ''] = await bodiesOf(provider, running(), request);
      const { data, errors } = await send(provider, running(), contract, body, held);
      expect(shownWithoutScope(request.answer, data, held)).toEqual([]);
      expect(errors.map(({ extensions }) => extensions.code).filter((code) => code !== refused)).toEqual([]);
    });
  });
}

const refused = 'UNAUTHORIZED_FIELD_OR_TYPE';

function nameOf({ operation, name }: RecordedRequest): string {
  return operation ?? name;
}

async function bodiesOf<P extends RunningProvider>(
  provider: Provider<P>,
  running: P,
  request: RecordedRequest,
): Promise<string[]> {
  const { document, example = {}, representations } = request;
  if (representations) {
    const found = await Promise.all(
      Object.entries(representations).map(async ([type, fields]) => {
        // Whoever extends a type by more than its key says here how to come by the rest.
        expect({ type, fields }).toEqual({ type, fields: ['id'] });
        const ids = (await provider.entities[type]?.full(running)) ?? [];
        return ids.map((id) => ({ __typename: type, id }));
      }),
    );
    expect(found.flat()).not.toEqual([]);
    return [JSON.stringify({ query: document, variables: { ...example, representations: found.flat() } })];
  }
  const make = provider.variables[nameOf(request)];
  const variables = make ? await make(running, structuredClone(example)) : [example];
  return variables.map((each) => JSON.stringify({ query: document, variables: each }));
}

async function send<P extends RunningProvider>(
  { name }: Provider<P>,
  { url, keys }: P,
  { consumer }: Contract,
  body: string,
  scopes: readonly string[],
): Promise<Answer> {
  const key = keys[consumer];
  if (!key) throw new Error(`Nobody knows the consumer ${consumer}.`);
  const headers: Headers = consumer === 'gateway' ? await asClient(key, name, scopes) : await asService(key, name);
  return post(`${url}/graphql`, headers, body);
}
