import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { readDocuments, type TextFile } from '../use/read-documents.ts';
import { judgeOperations } from './judge-operations.ts';

const schema = buildSchema(`
  type Query { user(id: ID!, filter: Filter): User }
  type User { id: ID! name: String nick: String @deprecated(reason: "Use \`name\` until 2027-01-01.") }
  input Filter { old: Int @deprecated(reason: "Use \`new\` until 2027-01-01.") new: Int }
`);

function judge(files: TextFile[], examples?: Record<string, string>) {
  const found = judgeOperations(readDocuments(files, new Map(Object.entries(examples ?? {}))), schema);
  return found.map(({ rule, severity, place }) => [rule, severity, `${place?.file}:${place?.line}`]);
}

const user = { file: 'user.graphql', text: 'query User($id: ID!) { user(id: $id) { id name } }' };

test('an operation that fits the schema gives no reason to complain', () => {
  expect(judge([user], { 'user.variables.json': '{ "id": "1" }' })).toEqual([]);
});

test('an operation that the schema refuses is told where it goes wrong', () => {
  const wrong = { file: 'wrong.graphql', text: 'query Wrong {\n  user(id: 1) {\n    age\n  }\n}' };
  expect(judge([wrong])).toEqual([['operation-invalid', 'error', 'wrong.graphql:3']]);
});

test('example variables that do not fit are told in their own file', () => {
  expect(judge([user], { 'user.variables.json': '{}' })).toEqual([
    ['example-invalid', 'error', 'user.variables.json:1'],
  ]);
});

test('an operation without a name is told, and one whose name another has', () => {
  const unnamed = { file: 'unnamed.graphql', text: '{ user(id: 1) { id } }' };
  const twin = { file: 'twin.graphql', text: '\nquery User { user(id: 1) { name } }' };
  expect(judge([user, unnamed, twin])).toEqual([
    ['operation-unnamed', 'error', 'unnamed.graphql:1'],
    ['operation-name-taken', 'error', 'twin.graphql:2'],
  ]);
});

test('an operation that uses what is deprecated is told, and not refused', () => {
  const old = { file: 'old.graphql', text: 'query Old {\n  user(id: 1, filter: { old: 1 }) {\n    nick\n  }\n}' };
  expect(judge([old])).toEqual([
    ['deprecated-in-use', 'warning', 'old.graphql:3'],
    ['deprecated-in-use', 'warning', 'old.graphql:2'],
  ]);
});
