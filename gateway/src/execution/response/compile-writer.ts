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

/**
 * Writes merged data as the JSON of a response, as long as nothing in it needs an error. Undefined where something
 * does: a null in a non-null place, a value of the wrong kind, a field that the guard denies.
 */
export type QuickWriter = (data: JsonObject) => string | undefined;

/** More functions than any sensible document needs; types behind types can multiply them. */
const maxFunctions = 2_000;

/** Compiles the quick writer of a response; undefined where it would be too large. */
export function compileWriter(
  shape: ResponseShape,
  guard: FieldGuard,
  introspect: Introspect,
): QuickWriter | undefined {
  const compiler = new WriterCompiler(shape, guard, introspect);
  const root = compiler.object(shape.root, shape.rootType);
  return compiler.isTooLarge ? undefined : compiler.finish(root);
}

/** The text of an introspection field; undefined where it depends on variables. */
export type Introspect = (field: ResponseField) => string | undefined;

class WriterCompiler {
  readonly #shape: ResponseShape;
  readonly #guard: FieldGuard;
  readonly #introspect: Introspect;
  readonly #functions: string[] = [];
  readonly #objects = new Map<readonly ResponseField[], string>();
  readonly #abstracts = new Map<string, string>();
  readonly #enums = new Map<GraphQLEnumType, number>();
  readonly #names = new Map<readonly FieldNode[], number>();

  constructor(shape: ResponseShape, guard: FieldGuard, introspect: Introspect) {
    this.#shape = shape;
    this.#guard = guard;
    this.#introspect = introspect;
  }

  get isTooLarge(): boolean {
    return this.#functions.length > maxFunctions;
  }

  finish(root: string): QuickWriter {
    const enums = [...this.#enums.keys()].map(enumTexts);
    const code = `${this.#functions.join('\n')}\nreturn ${root};`;
    return new Function('quote', 'toJson', 'enums', code)(quote, toJson, enums) as QuickWriter;
  }

  /** A function that writes an object of one type; answers its name. */
  object(fields: readonly ResponseField[], type: ConcreteType): string {
    const known = this.#objects.get(fields);
    if (known !== undefined) return known;
    const name = `object${this.#objects.size}`;
    this.#objects.set(fields, name);
    if (this.isTooLarge) return name;
    const parts = fields.map((field, index) =>
      this.#field(field, type, `${index === 0 ? '{' : ','}${quote(field.key)}:`),
    );
    const body = `let text = ''; ${parts.join('\n')} return text + ${fields.length === 0 ? "'{}'" : "'}'"};`;
    this.#functions.push(`function ${name}(o) { if (typeof o !== 'object' || Array.isArray(o)) return; ${body} }`);
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
    const name = `abstract${this.#abstracts.size}`;
    this.#abstracts.set(id, name);
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
    this.#functions.push(`function ${name}(o) { switch (o.__typename) { ${cases.join(' ')} } }`);
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
    if (isLeafType(type)) return writeLeaf(type.name, value, label, isEnumType(type) ? this.#enumOf(type) : undefined);
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

/** JavaScript that writes a leaf in the form that it has in most answers; all others are judged by graphql-js. */
function writeLeaf(typeName: string, value: string, label: string, enumIndex: number | undefined): string {
  const start = JSON.stringify(label);
  const before = label === '' ? '' : `${start} + `;
  const asString = `text += ${before}quote(${value});`;
  if (enumIndex !== undefined) {
    const known = `${value}e`;
    return `const ${known} = typeof ${value} === 'string' ? enums[${enumIndex}][${value}] : undefined;
      if (${known} === undefined) return; text += ${before}${known};`;
  }
  switch (typeName) {
    case 'Int':
      return `if ((${value} | 0) !== ${value}) return; text += ${before}${value};`;
    case 'Float':
      return `if (typeof ${value} !== 'number' || !Number.isFinite(${value})) return; text += ${before}${value};`;
    case 'Boolean':
      return `if (typeof ${value} !== 'boolean') return; text += ${before}${value};`;
    case 'String':
      return `if (typeof ${value} !== 'string') return; ${asString}`;
    case 'ID':
      return `if (typeof ${value} === 'string') { ${asString} }
        else if (Number.isInteger(${value})) text += ${JSON.stringify(`${label}"`)} + ${value} + '"'; else return;`;
    default:
      return `text += ${before}toJson(${value});`;
  }
}

function enumTexts(type: GraphQLEnumType): Record<string, string> {
  const texts: Record<string, string> = Object.create(null);
  for (const { name } of type.getValues()) texts[name] = quote(name);
  return texts;
}
