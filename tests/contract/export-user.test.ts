import { expect, test } from '@jest/globals';
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isCompositeType,
  isObjectType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { dataOf, send } from '../support/graphql-client.ts';
import { operation } from '../support/operations.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();

/** Ways back to the person who is exported, and what only counts what is there. */
const saysNothingNew = new Set([
  'Image.owner',
  'Message.user',
  'ImageConnection.totalCount',
  'MessageConnection.totalCount',
]);

test('the documented export names every field that the graph has of a person, of their images and of their messages', async () => {
  const url = `${system.gatewayUrl}/graphql`;
  const answer = await send<IntrospectionQuery>(url, { 'x-api-key': system.apiKey }, getIntrospectionQuery());
  const schema = buildClientSchema(dataOf(answer));
  const asked = new Set<string>();
  const visited = new Set(['User']);
  const typeInfo = new TypeInfo(schema);
  visit(
    parse(operation('export-user')),
    visitWithTypeInfo(typeInfo, {
      Field() {
        asked.add(`${typeInfo.getParentType()?.name}.${typeInfo.getFieldDef()?.name}`);
        const type = getNamedType(typeInfo.getType());
        if (isCompositeType(type) && !/(Connection|Edge|PageInfo)$/.test(type.name)) visited.add(type.name);
      },
    }),
  );
  expect([...visited]).toEqual(expect.arrayContaining(['User', 'PhoneVerification', 'Image', 'Message']));
  const all = [...visited].flatMap((name) => {
    const type = schema.getType(name);
    return isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${name}.${field}`) : [];
  });
  expect(all.filter((field) => !asked.has(field) && !saysNothingNew.has(field))).toEqual([]);
});
