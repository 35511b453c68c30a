import { readdirSync, readFileSync } from 'node:fs';
import { type OperationTypeNode, parse } from 'graphql';

/** One of the flow's operations, as people find it in the repository's operations/ folder. */
export interface Operation {
  /** The file's name without its ending: `create-user`. */
  name: string;
  /** The operation's own name: `CreateUser`. */
  operationName: string;
  kind: OperationTypeNode;
  /** What it does, in the first line of its comment. */
  summary: string;
  document: string;
  /** Example variables, as JSON. */
  variables: string;
}

const folder = new URL('../../../operations/', import.meta.url);

/** A person's way through the graph; operations that are not named here follow by name. */
const flow = [
  'create-user',
  'verify-phone',
  'resend-phone-verification',
  'change-phone-number',
  'user-by-phone-number',
  'upload-image',
  'create-image-upload',
  'user',
  'users',
  'search-users',
  'update-user',
  'set-avatar',
  'image',
  'delete-image',
  'send-message',
  'message',
  'send-one-time-code',
  'check-one-time-code',
  'validate-phone-number',
  'delete-user',
];

let operations: Operation[] | undefined;

/** The operations of operations/*.graphql with their example variables, in the order of the flow; they are read once. */
export function flowOperations(): Operation[] {
  operations ??= readOperations();
  return operations;
}

function readOperations(): Operation[] {
  const ending = '.graphql';
  const names = readdirSync(folder).flatMap((file) => (file.endsWith(ending) ? [file.slice(0, -ending.length)] : []));
  const place = (name: string) => (flow.includes(name) ? flow.indexOf(name) : flow.length);
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b)).map(readOperation);
}

function readOperation(name: string): Operation {
  const document = readFileSync(new URL(`${name}.graphql`, folder), 'utf8').trim();
  const definition = parse(document).definitions[0];
  if (definition?.kind !== 'OperationDefinition' || !definition.name) {
    throw new Error(`operations/${name}.graphql must hold one named operation.`);
  }
  return {
    name,
    operationName: definition.name.value,
    kind: definition.operation,
    summary: (document.split('\n')[0] ?? '').replace(/^#\s*/, '').replaceAll('`', ''),
    document,
    variables: readFileSync(new URL(`${name}.variables.json`, folder), 'utf8').trim(),
  };
}
