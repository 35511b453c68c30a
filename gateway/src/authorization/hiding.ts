import {
  type DocumentNode,
  doTypesOverlap,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { FieldGuard } from '../execution/execution.ts';

/** Asked of what is left without a selection: that it is there is no secret, only what is in it. */
const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * Takes fields out of the selection sets of one document. Each is rewritten once for each type that it is asked of, and
 * each fragment once, so that all of it takes time linear in the document's length for a given schema.
 */
export class Hiding {
  /** What was met and is denied, as `Type.field`. */
  readonly denied = new Set<string>();
  readonly #schema: GraphQLSchema;
  readonly #guard: FieldGuard;
  readonly #definitions = new Map<string, FragmentDefinitionNode>();
  readonly #fragments = new Map<string, FragmentDefinitionNode | undefined>();
  readonly #rewritten = new Map<SelectionSetNode, Map<GraphQLCompositeType, SelectionSetNode | undefined>>();

  constructor(document: DocumentNode, schema: GraphQLSchema, guard: FieldGuard) {
    this.#schema = schema;
    this.#guard = guard;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#definitions.set(definition.name.value, definition);
    }
  }

  /** The fragments that are left, by name. */
  fragments(): ReadonlyMap<string, FragmentDefinitionNode> {
    return new Map([...this.#fragments].flatMap(([name, fragment]) => (fragment ? [[name, fragment]] : [])));
  }

  /** What is left of a selection set on a type; the same object where nothing goes, undefined where nothing stays. */
  within(selectionSet: SelectionSetNode, type: GraphQLCompositeType): SelectionSetNode | undefined {
    const ofTypes = this.#rewritten.get(selectionSet) ?? new Map<GraphQLCompositeType, SelectionSetNode | undefined>();
    this.#rewritten.set(selectionSet, ofTypes);
    if (ofTypes.has(type)) return ofTypes.get(type);
    const selections = selectionSet.selections.flatMap((selection) => this.#rewrite(selection, type));
    const isSame =
      selections.length === selectionSet.selections.length &&
      selections.every((selection, index) => selection === selectionSet.selections[index]);
    const left = isSame ? selectionSet : selections.length > 0 ? { ...selectionSet, selections } : undefined;
    ofTypes.set(type, left);
    return left;
  }

  #rewrite(selection: SelectionNode, type: GraphQLCompositeType): SelectionNode[] {
    if (selection.kind === Kind.FIELD) return this.#field(selection, type);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = this.#definitions.get(selection.name.value);
      const applies = fragment && this.#applies(fragment.typeCondition.name.value, type);
      return applies && this.#fragment(fragment) ? [selection] : [];
    }
    const condition = selection.typeCondition?.name.value;
    if (condition !== undefined && !this.#applies(condition, type)) return [];
    const inner = this.within(selection.selectionSet, this.#composite(condition) ?? type);
    if (!inner) return [];
    return [inner === selection.selectionSet ? selection : { ...selection, selectionSet: inner }];
  }

  #fragment(fragment: FragmentDefinitionNode): FragmentDefinitionNode | undefined {
    const name = fragment.name.value;
    if (this.#fragments.has(name)) return this.#fragments.get(name);
    const type = this.#composite(fragment.typeCondition.name.value);
    const inner = type && this.within(fragment.selectionSet, type);
    const left = !inner || inner === fragment.selectionSet ? inner && fragment : { ...fragment, selectionSet: inner };
    this.#fragments.set(name, left);
    return left;
  }

  #field(field: FieldNode, type: GraphQLCompositeType): SelectionNode[] {
    const name = field.name.value;
    if (name.startsWith('__')) return [field];
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    const allowed = types.filter((each) => !this.#denies(each, name));
    if (allowed.length === types.length) return [this.#below(field, type)];
    return isAbstractType(type) ? allowed.map((each) => this.#only(each, field)) : [];
  }

  /** Asks for a field where the object is of this type. */
  #only(type: GraphQLObjectType, field: FieldNode): SelectionNode {
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
      selectionSet: { kind: Kind.SELECTION_SET, selections: [this.#below(field, type)] },
    };
  }

  #below(field: FieldNode, type: GraphQLCompositeType): FieldNode {
    const definition = isUnionType(type) ? undefined : type.getFields()[field.name.value];
    const returned = definition && getNamedType(definition.type);
    if (!field.selectionSet || !isCompositeType(returned)) return field;
    const inner = this.within(field.selectionSet, returned);
    if (inner === field.selectionSet) return field;
    return { ...field, selectionSet: inner ?? { kind: Kind.SELECTION_SET, selections: [typename] } };
  }

  #denies({ name }: { name: string }, field: string): boolean {
    if (!this.#guard.denies(name, field)) return false;
    this.denied.add(`${name}.${field}`);
    return true;
  }

  /** Whether a condition can hold for a type; once an interface's field is asked of one type, some no longer can. */
  #applies(condition: string, type: GraphQLCompositeType): boolean {
    const other = this.#composite(condition);
    return other !== undefined && doTypesOverlap(this.#schema, other, type);
  }

  #composite(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}
