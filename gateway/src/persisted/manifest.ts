import { parse } from 'graphql';
import { z } from 'zod';

/** The operations that the graph's own clients send, listed by their builds in Apollo's persisted query manifest format. */
export interface Manifest {
  /** How many operations it lists. */
  readonly size: number;
  /** The text of the operation with this id, which normally is its SHA-256 and may be any text. */
  bodyOf(id: string): string | undefined;
  /** Whether an operation has exactly this text. */
  holds(body: string): boolean;
  /** The names of its operations. */
  readonly names: ReadonlySet<string>;
}

const shape = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
      body: z.string().min(1),
    }),
  ),
});

/** The manifest of who has none. */
export const noManifest: Manifest = { size: 0, bodyOf: () => undefined, holds: () => false, names: new Set() };

/** Reads a manifest's text; throws an error whose message says what is wrong with it, and where. */
export function readManifest(text: string): Manifest {
  const { operations } = judge(text);
  const bodies = new Map<string, string>();
  for (const [index, { id, body }] of operations.entries()) {
    const other = bodies.get(id);
    if (other !== undefined && other !== body) throw new Error(`operations.${index}.id: stands for two operations`);
    if (!isDocument(body)) throw new Error(`operations.${index}.body: is no GraphQL document`);
    bodies.set(id, body);
  }
  const texts = new Set(bodies.values());
  return {
    size: bodies.size,
    bodyOf: (id) => bodies.get(id),
    holds: (body) => texts.has(body),
    names: new Set(operations.map(({ name }) => name)),
  };
}

function judge(text: string): z.infer<typeof shape> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('it is no JSON');
  }
  const { data, error } = shape.safeParse(json);
  if (data) return data;
  const { path, message } = error.issues[0] ?? { path: [], message: 'it is no manifest' };
  throw new Error(path.length > 0 ? `${path.join('.')}: ${message}` : message);
}

function isDocument(body: string): boolean {
  try {
    parse(body, { noLocation: true });
    return true;
  } catch {
    return false;
  }
}
