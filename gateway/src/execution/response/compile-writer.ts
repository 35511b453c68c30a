import {
  type FieldNode,
  type GraphQLEnumType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { FieldGuard } from '../execution.ts';
import { quote, readProperty, toJson } from '../json-text.ts';
import type { JsonObject } from '../plan/run.ts';
import { type ConcreteType, isIntrospection, type ResponseField, type ResponseShape } from './response-shape.ts';
import { writeEnum, writeScalar } from './write-leaf.ts';

/**
 * Writes merged data as the JSON of a response, as long as nothing in it needs an error. Undefined where something
 * does: a null in a non-null place, a value of the wrong kind, a field that the guard denies.
 */
export type QuickWriter = (data: JsonObject) => string | undefined;

/** More kinds of objects than any sensible document has; types behind types can multiply them. */
const maxObjects = 2_000;

/** Compiles a writer; one for plain data, in which no string needs escaping, looks at none. */
export function compileWriter(
  shape: ResponseShape,
  guard: FieldGuard,
  introspect: Introspect,
  isPlain: boolean,
): QuickWriter {
  const compiler = new WriterCompiler(shape, guard, introspect, isPlain);
  const root = compiler.object(shape.root, shape.rootType);
  return compiler.isTooLarge ? () => undefined : compiler.finish(root);
}

/** The text of an introspection field; undefined where it depends on variables. */
export type Introspect = (field: ResponseField) => string | undefined;

class WriterCompiler {
  readonly #shape: ResponseShape;
  readonly #guard: FieldGuard;
  readonly #introspect: Introspect;
  readonly #isPlain: boolean;
  /** Their names, by what they do with an object `o`. */
  readonly #functions = new Map<string, string>();
  readonly #objects = new Map<readonly ResponseField[], string>();
  readonly #abstracts = new Map<string, string>();
  readonly #enums = new Map<GraphQLEnumType, number>();
  readonly #names = new Map<readonly FieldNode[], number>();

  constructor(shape: ResponseShape, guard: FieldGuard, introspect: Introspect, isPlain: boolean) {
    this.#shape = shape;
    this.#guard = guard;
    this.#introspect = introspect;
    this.#isPlain = isPlain;
  }

  get isTooLarge(): boolean {
    return this.#objects.size > maxObjects;
  }

  finish(root: string): QuickWriter {
    const enums = [...this.#enums.keys()].map(enumTexts);
    const functions = [...this.#functions].map(([body, name]) => `function ${name}(o) { ${body} }`);
    const code = `${functions.join('\n')}\nreturn ${root};`;
    return new Function('quote', 'toJson', 'enums', code)(quote, toJson, enums) as QuickWriter;
  }

  /** A function that writes an object of one type; answers its name. Types that are written alike share one. */
  object(fields: readonly ResponseField[], type: ConcreteType): string {
    const known = this.#objects.get(fields);
    if (known !== undefined || this.isTooLarge) return known ?? '';
    const parts = fields.map((field, index) =>
      this.#field(field, type, `${index === 0 ? '{' : ','}${quote(field.key)}:`),
    );
    const end = fields.length === 0 ? "'{}'" : "'}'";
    const body = `if (typeof o !== 'object' || Array.isArray(o)) return; let text = ''; ${parts.join('\n')} return text + ${end};`;
    const name = this.#function(body);
    this.#objects.set(fields, name);
    return name;
  }

  #function(body: string): string {
    const name = this.#functions.get(body) ?? `write${this.#functions.size}`;
    this.#functions.set(body, name);
    return name;
  }

  /** A function that writes an object of whichever type it says to be of. */
  #abstract(field: ResponseField): string {
    const declared = getNamedType(field.definition.type);
    if (!isAbstractType(declared)) {
      return this.object(this.#shape.fieldsOf(field.nodes, declared as ConcreteType), declared as ConcreteType);
    }
    const id = `${declared.name} ${this.#idOf(field.nodes)}`;
    const known = this.#abstracts.get(id);
    if (known !== undefined) return known;
    const { schema } = this.#shape;
    const names = schema.getPossibleTypes(declared).map((type) => type.name);
    if (isInterfaceType(declared)) {
      names.push(declared.name, ...schema.getImplementations(declared).interfaces.map((type) => type.name));
    }
    const cases = names.flatMap((typeName) => {
      const type = this.#shape.typeOf(field, typeName);
      if (!type || this.isTooLarge) return [];
      return `case ${JSON.stringify(typeName)}: return ${this.object(this.#shape.fieldsOf(field.nodes, type), type)}(o);`;
    });
    const name = this.#function(`switch (o.__typename) { ${cases.join(' ')} }`);
    this.#abstracts.set(id, name);
    return name;
  }

  #field(field: ResponseField, type: ConcreteType, label: string): string {
    const { definition } = field;
    if (definition === TypeNameMetaFieldDef) return `text += ${JSON.stringify(label + quote(type.name))};`;
    if (isIntrospection(field)) {
      const text = this.#introspect(field);
      return text === undefined ? 'return;' : `text += ${JSON.stringify(label + text)};`;
    }
    if (this.#guard.denies(type.name, definition.name)) return 'return;';
    return `{ const v = ${readProperty('o', field.planKey)}; ${this.#value(field, definition.type, 'v', label)} }`;
  }

  #value(field: ResponseField, type: GraphQLOutputType, value: string, label: string): string {
    if (isNonNullType(type)) {
      return `if (${value} === null || ${value} === undefined) return; ${this.#present(field, type.ofType, value, label)}`;
    }
    const none = `text += ${JSON.stringify(`${label}null`)};`;
    return `if (${value} === null || ${value} === undefined) ${none} else { ${this.#present(field, type, value, label)} }`;
  }

  #present(field: ResponseField, type: GraphQLOutputType, value: string, label: string): string {
    if (isListType(type)) return this.#list(field, type.ofType, value, label);
    if (isEnumType(type)) return writeEnum(value, label, this.#enumOf(type));
    if (isLeafType(type)) return writeScalar(type.name, value, label, this.#isPlain);
    const inner = `${value}t`;
    return `const ${inner} = ${this.#abstract(field)}(${value}); if (${inner} === undefined) return;
      text += ${label === '' ? '' : `${JSON.stringify(label)} + `}${inner};`;
  }

  #list(field: ResponseField, type: GraphQLOutputType, value: string, label: string): string {
    const index = `${value}i`;
    const item = `${value}v`;
    return `if (!Array.isArray(${value})) return; text += ${JSON.stringify(`${label}[`)};
      for (let ${index} = 0; ${index} < ${value}.length; ${index}++) {
        if (${index} !== 0) text += ','; const ${item} = ${value}[${index}]; ${this.#value(field, type, item, '')} }
      text += ']';`;
  }

  #enumOf(type: GraphQLEnumType): number {
    const index = this.#enums.get(type) ?? this.#enums.size;
    this.#enums.set(type, index);
    return index;
  }

  #idOf(nodes: readonly FieldNode[]): number {
    const id = this.#names.get(nodes) ?? this.#names.size;
    this.#names.set(nodes, id);
    return id;
  }
}

function enumTexts(type: GraphQLEnumType): Record<string, string> {
  const texts: Record<string, string> = Object.create(null);
  for (const { name } of type.getValues()) texts[name] = quote(name);
  return texts;
}
