import { integer, list, type Settings, type SettingsDefinition } from '@atrium/service-kit/settings';
import { z } from 'zod';

const kibibyte = 1024;
const fieldName = z.string().regex(/^\w+$/, 'must be names of fields');
const argumentPath = z.string().regex(/^\w+(\.\w+)+$/, 'must be field.argument paths');

/** The settings of the limits on documents. */
export const limitSettings = {
  documentMaxBytes: integer('DOCUMENT_MAX_BYTES', 'the longest text of a document', {
    fallback: 32 * kibibyte,
    min: kibibyte,
  }),
  documentMaxTokens: integer('DOCUMENT_MAX_TOKENS', 'the longest document, in tokens', { fallback: 1_000, min: 100 }),
  documentMaxDepth: integer('DOCUMENT_MAX_DEPTH', 'the deepest nesting of an operation; `edges { node }` is free', {
    fallback: 15,
    min: 3,
  }),
  documentMaxAliases: integer('DOCUMENT_MAX_ALIASES', 'the most aliases of an operation, fragments spread out', {
    fallback: 15,
    min: 0,
  }),
  documentMaxRootFields: integer('DOCUMENT_MAX_ROOT_FIELDS', 'the most fields at the root of an operation', {
    fallback: 10,
    min: 1,
  }),
  documentMaxDirectives: integer('DOCUMENT_MAX_DIRECTIVES', 'the most directives of a document', {
    fallback: 50,
    min: 0,
  }),
  documentMaxSelections: integer(
    'DOCUMENT_MAX_SELECTIONS',
    'the most fields and fragments of an operation, fragments spread out',
    { fallback: 2_000, min: 50 },
  ),
  documentMaxRepetitions: integer(
    'DOCUMENT_MAX_REPETITIONS',
    'the most pairs of fields that an operation asks for by one name in one place, and that must be compared',
    { fallback: 5_000, min: 100 },
  ),
  documentOnceFields: list(
    'DOCUMENT_ONCE_FIELDS',
    'fields that an operation may ask for once only, with commas between',
    fieldName,
    'verifyPhone,resendPhoneVerification,changePhoneNumber,checkOneTimeCode',
  ),
  introspectionMaxDepth: integer('INTROSPECTION_MAX_DEPTH', 'the deepest nesting of a question about the schema', {
    fallback: 20,
    min: 15,
  }),
  operationMaxCost: integer('OPERATION_MAX_COST', 'the most that an operation may cost by @cost and @listSize', {
    fallback: 5_000,
    min: 1,
  }),
  operationListSize: integer('OPERATION_LIST_SIZE', 'how long a list without @listSize is taken to be', {
    fallback: 10,
    min: 0,
  }),
  chargedLists: list(
    'CHARGED_LISTS',
    'lists whose every item counts as a request, as field.argument paths with commas between',
    argumentPath,
    'createUsers.input.users',
  ),
} satisfies SettingsDefinition;

/** The settings of the limits, parsed. */
export type LimitSettings = Settings<typeof limitSettings>;
