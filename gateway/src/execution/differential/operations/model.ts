import type { GraphQLInputType } from 'graphql';

/** A value of an argument: as text within the document, or as a variable. */
export type Value =
  | { kind: 'leaf'; text: string; json: unknown }
  | { kind: 'list'; items: Value[] }
  | { kind: 'object'; fields: [name: string, value: Value][] }
  | VariableValue;

/** A variable: `default` and `given` hold no variables; `given` undefined means that it is not sent. */
export interface VariableValue {
  kind: 'variable';
  type: GraphQLInputType;
  defaultValue: Value | undefined;
  given: Value | undefined;
}

/** `@skip` or `@include` by a literal, or by one of the operation's few Boolean variables. */
export interface Condition {
  directive: 'skip' | 'include';
  by: boolean | { variable: number };
}

/** A selection, before it is written down. */
export type Selection =
  | {
      kind: 'field';
      name: string;
      alias: string | undefined;
      arguments: [name: string, value: Value][];
      conditions: Condition[];
      selections: Selection[] | undefined;
    }
  | { kind: 'inline'; on: string | undefined; conditions: Condition[]; selections: Selection[] }
  /** A spread of whichever of the fragments fits; of `__typename` where none does. */
  | { kind: 'spread'; pick: number; conditions: Condition[] }
  | { kind: 'introspection'; text: string };

/** A fragment that selections may spread; it spreads only those after it. */
export interface Fragment {
  on: string;
  selections: Selection[];
}

/** An operation, before it is written down. */
export interface OperationModel {
  operation: 'query' | 'mutation';
  selections: Selection[];
  fragments: Fragment[];
  /** The Boolean variables of conditions: what they are, and whether by their default. */
  switches: { value: boolean; byDefault: boolean }[];
}
