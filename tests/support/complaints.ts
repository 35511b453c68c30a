import type { Answer } from './graphql-client.ts';

interface Faulty {
  userErrors?: { code: string; field: string[] | null }[];
}

/** The data of mutations as far as their faults go; those of a list are told for each of its items. */
export type Payloads = Record<string, (Faulty & { results?: Faulty[] }) | null>;

/** All that an answer complains about: the userErrors of its payloads and the codes of its errors. */
export function complaintsOf({ data, errors }: Answer<Payloads>): string[] {
  const userErrors = Object.values(data ?? {}).flatMap((payload) => [
    ...(payload?.userErrors ?? []),
    ...(payload?.results ?? []).flatMap((result) => result.userErrors ?? []),
  ]);
  return [
    ...userErrors.map(({ code, field }) => `${code} ${field?.join('.') ?? ''}`.trim()),
    ...errors.map(({ extensions }) => extensions.code),
  ];
}
