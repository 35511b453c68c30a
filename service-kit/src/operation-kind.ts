import { getOperationAST, type OperationTypeNode, parse } from 'graphql';

/** What an operation of a document is: the one of this name, or the only one. Undefined where there is none such. */
export type OperationKinds = (document: string, operationName?: string) => OperationTypeNode | undefined;

/** Tells what operations are; so many are remembered, since services send each other the same ones again and again. */
export function createOperationKinds(maxRemembered: number): OperationKinds {
  const known = new Map<string, OperationTypeNode | undefined>();
  return (document, operationName) => {
    const key = operationName === undefined ? document : `${operationName} ${document}`;
    if (known.has(key)) return known.get(key);
    const kind = judge(document, operationName);
    if (known.size >= maxRemembered) known.clear();
    known.set(key, kind);
    return kind;
  };
}

function judge(document: string, operationName: string | undefined): OperationTypeNode | undefined {
  try {
    return getOperationAST(parse(document), operationName)?.operation;
  } catch {
    return undefined;
  }
}
