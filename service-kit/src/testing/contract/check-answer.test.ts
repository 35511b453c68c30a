import { describe, expect, test } from '@jest/globals';
import type { Shape } from '../../contract-file.ts';
import { checkAnswer, unseenFields } from './check-answer.ts';
import { scopesIn, shownWithoutScope } from './scoped-fields.ts';

const rules = { enums: { Kind: ['CAT', 'DOG'] }, scalars: { Day: /^\d{4}-\d\d-\d\d$/, Json: null } };
const answer: Record<string, Shape> = {
  pet: {
    type: 'Pet',
    fields: {
      id: 'ID!',
      kind: 'Kind!',
      age: 'Int',
      bornOn: 'Day',
      names: '[String!]!',
      more: 'Json',
      chip: { type: 'String', scopes: [['chips:read'], ['chips:any']] },
    },
  },
};
const pet = { id: '1', kind: 'CAT', age: 3, bornOn: '2026-11-24', names: ['Tom'], more: [], chip: 'c' };
const faultsOf = (change: object) => checkAnswer(answer, { pet: { ...pet, ...change } }, rules).faults;

test('an answer of the recorded form has no fault', () => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({ age: null, bornOn: null, chip: null })).toEqual([]);
  expect(checkAnswer(answer, { pet: null }, rules).faults).toEqual([]);
});

test.each<[string, object, string]>([
  ['a field is missing', { chip: undefined }, 'pet.chip: is not in the answer'],
  ['what may not be null is null', { id: null }, 'pet.id: is null and may not be'],
  ['an item of a list is null', { names: [null] }, 'pet.names.0: is null and may not be'],
  ['a list is none', { names: 'Tom' }, 'pet.names: is no list'],
  ['an enum has a value that nobody knows', { kind: 'COW' }, 'pet.kind: is none of Kind'],
  ['a number is a text', { age: '3' }, 'pet.age: is no Int'],
  ['a scalar is written otherwise', { bornOn: '24.11.2026' }, 'pet.bornOn: is no Day'],
])('it is a fault where %s', (_what, change, fault) => {
  expect(faultsOf(change)).toEqual([fault]);
});

test('an object in the place of a list, and a scalar that nobody describes, are faults', () => {
  expect(checkAnswer(answer, { pet: [] }, rules).faults).toEqual(['pet: is no object']);
  expect(checkAnswer({ at: 'Time' }, { at: 'x' }, rules).faults).toEqual(['at: nobody says how a Time is written']);
});

test('what was null or in no item of a list is told as unseen, without what lies in it', () => {
  const { seen } = checkAnswer(answer, { pet: { ...pet, age: null } }, rules);
  expect(unseenFields(answer, seen)).toEqual(['pet.age']);
  expect(unseenFields(answer, new Set())).toEqual(['pet']);
});

describe('of entities', () => {
  const entities: Record<string, Shape> = { _entities: { type: '[_Entity]!', on: { Pet: { id: 'ID!' } } } };
  test('each type has its own fields, and who is unknown may be null', () => {
    expect(checkAnswer(entities, { _entities: [{ id: '1' }, null] }, rules).faults).toEqual([]);
    expect(checkAnswer(entities, { _entities: [{}] }, rules).faults).toEqual(['_entities.0.id: is not in the answer']);
    expect(unseenFields(entities, new Set(['_entities']))).toEqual(['_entities.id']);
  });
});

test('a field is shown to who holds one of its sets of scopes, and to nobody else', () => {
  expect(scopesIn(answer)).toEqual(['chips:read', 'chips:any']);
  expect(shownWithoutScope(answer, { pet }, ['chips:any'])).toEqual([]);
  expect(shownWithoutScope(answer, { pet }, [])).toEqual(['pet.chip']);
  expect(shownWithoutScope(answer, { pet: { ...pet, chip: null } }, [])).toEqual([]);
});
