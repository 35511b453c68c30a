import {
  type GraphQLLeafType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { FieldGuard } from '../execution.ts';
import { quote, toJson } from '../json-text.ts';
import type { JsonObject } from '../plan/run.ts';
import type { ResponseErrors } from './response-errors.ts';
import { type ConcreteType, isIntrospection, type ResponseField, type ResponseShape } from './response-shape.ts';

/** A null whose error is told already: it propagates through non-null places without another. */
const failed = Symbol('failed');

type Written = string | typeof failed;

/** More errors of our own than these help nobody, and each costs more than the null that it explains. */
const maxErrors = 1_000;

/** So many places of one field of the document are told to be denied. */
const maxDenials = 100;

/** What belongs to one response while it is written. */
export interface ResponseParts {
  shape: ResponseShape;
  guard: FieldGuard;
  errors: ResponseErrors;
  /** The text of an introspection field; undefined where graphql-js cannot answer it. */
  introspect(field: ResponseField): string | undefined;
}

/**
 * Writes merged data as the JSON of a response and adds the errors that it needs: one for each null in a non-null
 * place that nothing explains yet, and for each value of the wrong kind (October 2021, 6.4.3 and 6.4.4).
 */
export function completeResponse(data: JsonObject, parts: ResponseParts): string {
  return new Completion(parts).complete(data);
}

class Completion {
  readonly #parts: ResponseParts;
  readonly #path: (string | number)[] = [];
  readonly #denials = new Map<ResponseField['nodes'], number>();
  #added = 0;

  constructor(parts: ResponseParts) {
    this.#parts = parts;
  }

  complete(data: JsonObject): string {
    const { root, rootType } = this.#parts.shape;
    const written = this.#object(data, root, rootType);
    return written === failed ? 'null' : written;
  }

  #object(object: JsonObject, fields: readonly ResponseField[], type: ConcreteType): Written {
    let text = '';
    for (const field of fields) {
      this.#path.push(field.key);
      const written = this.#field(object, field, type);
      this.#path.pop();
      if (written === failed) return failed;
      text += `${text === '' ? '{' : ','}${quote(field.key)}:${written}`;
    }
    return text === '' ? '{}' : `${text}}`;
  }

  #field(object: JsonObject, field: ResponseField, type: ConcreteType): Written {
    const { definition, planKey } = field;
    if (definition === TypeNameMetaFieldDef) return isObjectType(type) ? quote(type.name) : this.#fail(field, type);
    if (isIntrospection(field)) {
      const text = this.#parts.introspect(field);
      if (text !== undefined) return text;
      return isNonNullType(definition.type) ? this.#fail(field, type) : 'null';
    }
    if (this.#parts.guard.denies(type.name, definition.name)) return this.#deny(field);
    const value = Object.hasOwn(object, planKey) ? object[planKey] : undefined;
    return this.#value(value, definition.type, field, type);
  }

  #deny({ definition, nodes }: ResponseField): Written {
    const count = this.#denials.get(nodes) ?? 0;
    this.#denials.set(nodes, count + 1);
    if (count < maxDenials) this.#parts.errors.add(this.#path, denied);
    return isNonNullType(definition.type) ? failed : 'null';
  }

  #value(value: unknown, type: GraphQLOutputType, field: ResponseField, parent: ConcreteType): Written {
    if (!isNonNullType(type)) {
      const written = value === null || value === undefined ? 'null' : this.#present(value, type, field, parent);
      return written === failed ? 'null' : written;
    }
    if (value !== null && value !== undefined) return this.#present(value, type.ofType, field, parent);
    if (!this.#parts.errors.explain(this.#path)) {
      this.#tell(`Cannot return null for non-nullable field ${parent.name}.${field.definition.name}.`);
    }
    return failed;
  }

  #present(value: unknown, type: GraphQLOutputType, field: ResponseField, parent: ConcreteType): Written {
    if (isListType(type)) return this.#list(value, type.ofType, field, parent);
    if (isLeafType(type)) return writeLeaf(value, type) ?? this.#fail(field, parent);
    const object = value as JsonObject;
    const isObject = typeof value === 'object' && !Array.isArray(value);
    const concrete = isObject ? this.#parts.shape.typeOf(field, object.__typename) : undefined;
    if (!concrete) return this.#fail(field, parent);
    return this.#object(object, this.#parts.shape.fieldsOf(field.nodes, concrete), concrete);
  }

  #list(value: unknown, type: GraphQLOutputType, field: ResponseField, parent: ConcreteType): Written {
    if (!Array.isArray(value)) return this.#fail(field, parent);
    let text = '';
    for (const [index, item] of value.entries()) {
      this.#path.push(index);
      const written = this.#value(item, type, field, parent);
      this.#path.pop();
      if (written === failed) return failed;
      text += index === 0 ? written : `,${written}`;
    }
    return `[${text}]`;
  }

  /** Tells of a value that its field cannot have, without quoting it. */
  #fail({ definition }: ResponseField, parent: ConcreteType): typeof failed {
    if (!this.#parts.errors.explain(this.#path)) {
      this.#tell(`A service gave no valid value for the field ${parent.name}.${definition.name}.`);
    }
    return failed;
  }

  #tell(message: string): void {
    if (this.#added++ < maxErrors)
      this.#parts.errors.add(this.#path, { code: 'INTERNAL', message, retryAfterMs: undefined });
  }
}

const denied = {
  code: 'UNAUTHORIZED_FIELD_OR_TYPE',
  message: 'You may not see this field. Ask for a key with its scope.',
  retryAfterMs: undefined,
} as const;

/** A leaf as graphql-js would send it; undefined where it is none. */
function writeLeaf(value: unknown, type: GraphQLLeafType): string | undefined {
  try {
    const serialized: unknown = type.serialize(value);
    return serialized === null || serialized === undefined ? undefined : toJson(serialized);
  } catch {
    return undefined;
  }
}
