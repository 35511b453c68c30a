import {
  type DocumentNode,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Requirement, Requirements } from '../scopes/requirements.ts';
import { waysToMeet } from '../scopes/ways.ts';

/** The sets of scopes any one of which shows all that an operation selects. */
export function requiredScopes(document: DocumentNode, schema: GraphQLSchema, requirements: Requirements): string[][] {
  const { all, fields } = requirements;
  const places = new Set<number>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field({ name }) {
        const parent = info.getParentType();
        const types = isAbstractType(parent) ? schema.getPossibleTypes(parent) : isObjectType(parent) ? [parent] : [];
        for (const type of types) {
          for (const place of fields.get(type.name)?.get(name.value) ?? []) places.add(place);
        }
      },
    }),
  );
  const found = [...places].flatMap((place): Requirement[] => (all[place] ? [all[place]] : []));
  return waysToMeet(found);
}
