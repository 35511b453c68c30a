import type { Answer } from './graphql-client.ts';

/** The data of mutations as far as their faults go. */
export type Payloads = Record<string, { userErrors?: { code: string; field: string[] | null }[] } | null>;

/** All that an answer complains about: the userErrors of its payloads and the codes of its errors. */
export function complaintsOf({ data, errors }: Answer<Payloads>): string[] {
  const userErrors = Object.values(data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
  return [
    ...userErrors.map(({ code, field }) => `${code} ${field?.join('.') ?? ''}`.trim()),
    ...errors.map(({ extensions }) => extensions.code),
  ];
}
