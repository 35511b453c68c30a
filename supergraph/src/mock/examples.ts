import type { GraphQLSchema } from 'graphql';

const quoted = /`([^`]+)`/g;
const scope = /^[a-z]+:[a-z-]+$/;

/** Reads examples out of descriptions: what stands there in backquotes, unless it names something of the schema. */
export class Examples {
  readonly #names = new Set<string>();
  readonly #byDescription = new Map<string, readonly string[]>();

  constructor(schema: GraphQLSchema) {
    for (const type of Object.values(schema.getTypeMap())) {
      this.#names.add(type.name);
      if (!('getFields' in type)) continue;
      for (const field of Object.values(type.getFields())) {
        this.#names.add(field.name);
        if ('args' in field) for (const { name } of field.args) this.#names.add(name);
      }
    }
  }

  of(description: string | null | undefined): readonly string[] {
    if (!description) return [];
    const known = this.#byDescription.get(description);
    if (known) return known;
    const found = [...description.matchAll(quoted)].flatMap(([, text = '']) => {
      const plain = text.replace(/^"(.*)"$/, '$1');
      return this.#names.has(plain) || scope.test(plain) ? [] : [plain];
    });
    this.#byDescription.set(description, found);
    return found;
  }
}

/** The form of a text: letters and digits by kind, the rest as it stands. */
export function formOf(text: string): string {
  return text.replace(/\p{L}+/gu, 'a').replace(/\d+/g, '0');
}
