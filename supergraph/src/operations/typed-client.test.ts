import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { CreateUserDocument, UserDocument } from '../../../operations/generated/operations.ts';
import { composeConfiguration } from '../compose.ts';
import { serveMock } from '../mock/serve-mock.ts';
import { findOperations } from '../use/find-operations.ts';
import { toManifest } from './manifest.ts';

const root = resolve(import.meta.dirname, '../../..');
const operations = await findOperations(['operations/*.graphql'], root);
const schema = (await composeConfiguration(resolve(root, 'supergraph.yaml'))).apiSchema();
const mock = await serveMock({ schema, operations, host: '127.0.0.1', port: 0 });
afterAll(() => mock.close());

/** All that a front end needs: what is sent and what comes back follow from the document. */
async function send<Data, Variables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const response = await fetch(`${mock.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(document), variables }),
  });
  return ((await response.json()) as { data: Data }).data;
}

test('a typed document is sent and read with its own types', async () => {
  const { createUser } = await send(CreateUserDocument, {
    input: { name: 'Asha Rao', phoneNumber: '098765 43210', country: 'IN' },
  });
  const name: string | undefined = createUser?.user?.name;
  expect(name).toBe('Asha Rao');
  const { user } = await send(UserDocument, { id: 'u' });
  expect(user?.images?.edges.length).toBe(10);
});

test('what does not fit is refused before anything is sent', () => {
  // Never called: that each line below is a type error is what is tested, by the compiler.
  const wrong = async () => {
    // @ts-expect-error The id is missing.
    await send(UserDocument, {});
    const { user } = await send(UserDocument, { id: 'u' });
    // @ts-expect-error The operation does not ask for it.
    user?.deletedAt;
  };
  expect(wrong).toBeInstanceOf(Function);
});

test('the manifest lists exactly what typed documents send', () => {
  const { operations: entries } = JSON.parse(toManifest(operations)) as { operations: { id: string; name: string }[] };
  expect(entries.map(({ name }) => name)).toEqual(operations.map(({ name }) => name).sort());
  const sent = hash('sha256', print(UserDocument));
  expect(entries.find(({ name }) => name === 'User')?.id).toBe(sent);
});
