import {
  doTypesOverlap,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  parse,
  validate,
} from 'graphql';
import type { Operation } from '../answers.ts';
import { hash } from '../hash.ts';
import type { Condition, OperationModel, Selection, Value, VariableValue } from './model.ts';

/**
 * How fields are named: as the model says; or, where fields would conflict so, those with an alias or arguments by these
 * as well; or, where fields of one name have different types, each by its arguments and its type.
 */
const namings = ['as chosen', 'by arguments', 'by type'] as const;

/** Writes an operation down. Every model gives a valid document, because fields that conflict are named apart. */
export function writeOperation(schema: GraphQLSchema, model: OperationModel): Operation {
  const tries = namings.map((naming) => () => {
    const written = new Writer(schema, model, naming).write();
    return { written, errors: validate(schema, written.document) };
  });
  for (const attempt of tries.slice(0, -1)) {
    const { written, errors } = attempt();
    if (errors.length === 0) return written;
  }
  const last = tries.at(-1)?.();
  if (!last || last.errors.length > 0) {
    throw new Error(`An invalid document was made: ${last?.errors.join('\n')}\n${last?.written.text}`);
  }
  return last.written;
}

class Writer {
  readonly #schema: GraphQLSchema;
  readonly #model: OperationModel;
  readonly #naming: (typeof namings)[number];
  readonly #definitions: string[] = [];
  readonly #variables: Record<string, unknown> = {};
  readonly #names = new Map<VariableValue, string>();
  readonly #fragments = new Map<number, string>();
  readonly #switches = new Set<number>();
  /** The conditions around what is being written: few operations shall meet what the planner does of contradictions. */
  #enclosing: Condition[] = [];

  constructor(schema: GraphQLSchema, model: OperationModel, naming: (typeof namings)[number]) {
    this.#schema = schema;
    this.#model = model;
    this.#naming = naming;
  }

  write(): Operation {
    const { operation, selections } = this.#model;
    const root = this.#schema.getRootType(operation as never);
    if (!root) throw new Error(`no ${operation} in the schema`);
    const body = this.#selectionSet(selections, root, 0);
    const definitions = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    const text = [`${operation}${definitions} ${body}`, ...this.#fragments.values()].join('\n');
    const document = parse(text, { noLocation: true });
    const definition = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    if (!definition) throw new Error('no operation');
    return { text, document, definition, variables: this.#variables };
  }

  #selectionSet(selections: Selection[], type: GraphQLCompositeType, fragmentsFrom: number): string {
    return `{ ${selections.map((selection) => this.#selection(selection, type, fragmentsFrom)).join(' ')} }`;
  }

  #selection(selection: Selection, type: GraphQLCompositeType, fragmentsFrom: number): string {
    if (selection.kind === 'introspection') return selection.text;
    const conditions = this.#conditions(selection.conditions);
    const outer = this.#enclosing;
    this.#enclosing = [...outer, ...selection.conditions];
    const written = this.#conditional(selection, type, conditions, fragmentsFrom);
    this.#enclosing = outer;
    return written;
  }

  #conditional(
    selection: Exclude<Selection, { kind: 'introspection' }>,
    type: GraphQLCompositeType,
    conditions: string,
    fragmentsFrom: number,
  ): string {
    if (selection.kind === 'field') return this.#field(selection, type, conditions, fragmentsFrom);
    if (selection.kind === 'inline') {
      const on = selection.on === undefined ? type : (this.#schema.getType(selection.on) as GraphQLCompositeType);
      const condition = selection.on === undefined ? '' : ` on ${selection.on}`;
      return `...${condition}${conditions} ${this.#selectionSet(selection.selections, on, fragmentsFrom)}`;
    }
    const index = this.#fragmentFor(type, selection.pick, fragmentsFrom);
    return index === undefined ? `__typename${conditions}` : `...F${index}${conditions}`;
  }

  #field(
    selection: Extract<Selection, { kind: 'field' }>,
    type: GraphQLCompositeType,
    conditions: string,
    fragmentsFrom: number,
  ): string {
    const { name, selections } = selection;
    const written = selection.arguments.map(([argument, value]) => `${argument}: ${this.#value(value)}`).join(', ');
    const given = written === '' ? '' : `(${written})`;
    const definition = isUnionType(type) ? undefined : type.getFields()[name];
    const named = definition && getNamedType(definition.type);
    const below =
      selections && isCompositeType(named) ? ` ${this.#selectionSet(selections, named, fragmentsFrom)}` : '';
    const alias = this.#alias(selection, given, String(definition?.type));
    const shown = alias === undefined || alias === name ? '' : `${alias}: `;
    return `${shown}${name}${given}${conditions}${below}`;
  }

  #alias(
    { name, alias }: { name: string; alias: string | undefined },
    given: string,
    type: string,
  ): string | undefined {
    if (this.#naming === 'as chosen' || name === '__typename') return alias;
    const by = this.#naming === 'by type' ? `${given} ${type}` : given;
    if (alias === undefined && by === '') return undefined;
    return `${alias ?? ''}_${name}_${hash(by).toString(36)}`;
  }

  #conditions(conditions: Condition[]): string {
    return conditions
      .filter((condition) => !this.#enclosing.some((outer) => contradict(outer, condition)))
      .map(({ directive, by }) => ` @${directive}(if: ${this.#condition(by)})`)
      .join('');
  }

  #condition(by: Condition['by']): string {
    if (typeof by === 'boolean') return String(by);
    const { variable } = by;
    const { value, byDefault } = this.#model.switches[variable] ?? { value: true, byDefault: false };
    if (!this.#switches.has(variable)) {
      this.#switches.add(variable);
      this.#definitions.push(`$s${variable}: Boolean${byDefault ? ` = ${value}` : '!'}`);
      if (!byDefault) this.#variables[`s${variable}`] = value;
    }
    return `$s${variable}`;
  }

  #fragmentFor(type: GraphQLCompositeType, pick: number, from: number): number | undefined {
    const fitting = this.#model.fragments
      .map(({ on }, index) => ({ on: this.#schema.getType(on) as GraphQLCompositeType, index }))
      .filter(({ on, index }) => index >= from && doTypesOverlap(this.#schema, type, on));
    const found = fitting[pick % Math.max(1, fitting.length)];
    if (!found) return undefined;
    const { on, index } = found;
    if (!this.#fragments.has(index)) {
      // The place is held before the selections are written, which may spread later fragments.
      this.#fragments.set(index, '');
      const { selections } = this.#model.fragments[index] ?? { selections: [] };
      this.#fragments.set(index, `fragment F${index} on ${on.name} ${this.#selectionSet(selections, on, index + 1)}`);
    }
    return index;
  }

  #value(value: Value): string {
    if (value.kind === 'leaf') return value.text;
    if (value.kind === 'list') return `[${value.items.map((item) => this.#value(item)).join(', ')}]`;
    if (value.kind === 'object') {
      return `{ ${value.fields.map(([name, field]) => `${name}: ${this.#value(field)}`).join(', ')} }`;
    }
    return this.#variable(value);
  }

  #variable(value: VariableValue): string {
    const known = this.#names.get(value);
    if (known) return known;
    const name = `v${this.#names.size}`;
    this.#names.set(value, `$${name}`);
    const defaultValue = value.defaultValue ? ` = ${this.#value(value.defaultValue)}` : '';
    this.#definitions.push(`$${name}: ${value.type}${defaultValue}`);
    if (value.given) this.#variables[name] = toJson(value.given);
    return `$${name}`;
  }
}

function contradict(one: Condition, other: Condition): boolean {
  if (typeof one.by === 'boolean' || typeof other.by === 'boolean') return false;
  return one.by.variable === other.by.variable && one.directive !== other.directive;
}

function toJson(value: Value): unknown {
  if (value.kind === 'leaf') return value.json;
  if (value.kind === 'list') return value.items.map(toJson);
  if (value.kind === 'object') return Object.fromEntries(value.fields.map(([name, field]) => [name, toJson(field)]));
  throw new Error('a variable within the value of a variable');
}
