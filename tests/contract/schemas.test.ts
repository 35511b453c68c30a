import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import { composeConfiguration } from '@atrium/supergraph';
import { expect, test } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, parse, validate } from 'graphql';
import { dataOf, send } from '../support/graphql-client.ts';
import { operations } from '../support/operations.ts';
import { committedSdl, ownDefinitions, subgraphs } from '../support/schemas.ts';
import { asClient } from '../support/subgraph-client.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();

test.each(subgraphs)('%s serves the schema that is committed for it', async (subgraph) => {
  const answer = await asClient<{ _service: { sdl: string } }>(system, subgraph, '{ _service { sdl } }');
  expect(ownDefinitions(dataOf(answer)._service.sdl)).toEqual(ownDefinitions(committedSdl(subgraph)));
});

test('the committed schemas compose', async () => {
  const { supergraphSdl } = await composeConfiguration(join(repositoryRoot, 'supergraph.yaml'));
  for (const subgraph of subgraphs) expect(supergraphSdl).toContain(`@join__graph(name: "${subgraph}"`);
});

test('the public graph has no field that is for services only, and every operation of operations/ is valid in it', async () => {
  const url = `${system.gatewayUrl}/graphql`;
  const answer = await send<IntrospectionQuery>(url, { 'x-api-key': system.apiKey }, getIntrospectionQuery());
  const schema = buildClientSchema(dataOf(answer));
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );
  expect(fields).toEqual(expect.arrayContaining(['user', 'users', 'createUser', 'uploadImage', 'sendMessage']));
  const internal = [
    'contacts',
    'validatePhoneNumbers',
    'startPhoneVerifications',
    'checkPhoneVerification',
    '_entities',
    '_service',
  ];
  expect(fields.filter((field) => internal.includes(field))).toEqual([]);
  expect(operations().length).toBeGreaterThanOrEqual(10);
  for (const { name, source } of operations()) {
    expect({ name, faults: validate(schema, parse(source)).map(({ message }) => message) }).toEqual({
      name,
      faults: [],
    });
  }
});
