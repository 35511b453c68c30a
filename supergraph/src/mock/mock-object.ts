import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
} from 'graphql';
import { seededChoice, seededId } from './seed.ts';

/** An object that a mock answers. */
export interface MockObject {
  type: GraphQLObjectType;
  /** What all that it holds is made from: its type and id where it has one, so that one id is one thing everywhere. */
  seed: string;
  /** What is known of it already: its id, and what a mutation was given. */
  given: Readonly<Record<string, unknown>>;
  /** The objects that it was reached through, by type: a message of a user answers that user. */
  around: ReadonlyMap<string, MockObject>;
}

/** Makes an object of a type, or of one of those behind it. */
export function createObject(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  seed: string,
  given: Readonly<Record<string, unknown>> = {},
  around: ReadonlyMap<string, MockObject> = new Map(),
): MockObject {
  const concrete = isAbstractType(type) ? seededChoice(seed, schema.getPossibleTypes(type)) : type;
  if (!isObjectType(concrete)) throw new Error(`Nothing is behind ${type.name}.`);
  if (!('id' in concrete.getFields())) return { type: concrete, seed, given, around };
  const id = typeof given.id === 'string' ? given.id : seededId(`${seed}.id`);
  return { type: concrete, seed: `${concrete.name}:${id}`, given: { ...given, id }, around };
}

/** What lies around the fields of an object: all that was around it, and itself where it is somebody. */
export function aroundFieldsOf(object: MockObject): ReadonlyMap<string, MockObject> {
  return 'id' in object.given ? new Map([...object.around, [object.type.name, object]]) : object.around;
}
