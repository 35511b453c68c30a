import { quote, toJson } from '../json-text.ts';
import { clientVariable } from './prepare-operation.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The JSON text of a request, built around what is the same each time. */
export interface RequestBody {
  /** Of a fetch at the root. */
  ofRoot(variables: Variables): string;
  /** Of a fetch of entities, by their representations. */
  ofEntities(variables: Variables, representations: string): string;
}

/** Prepares the bodies of a fetch, with the variables that it uses and no others. */
export function prepareBody(query: string, variableNames: readonly string[]): RequestBody {
  const start = `{"query":${quote(query)},"variables":{`;
  const used = variableNames.map((name) => ({ name: clientVariable(name), label: `${quote(name)}:` }));
  const write = (variables: Variables): string => {
    let text = '';
    for (const { name, label } of used) {
      const value = variables[name];
      // A variable that the client left out stays absent, which is not the same as null.
      if (value !== undefined) text += `${text === '' ? '' : ','}${label}${toJson(value)}`;
    }
    return text;
  };
  return {
    ofRoot: (variables) => `${start}${used.length === 0 ? '' : write(variables)}}}`,
    ofEntities(variables, representations) {
      const text = used.length === 0 ? '' : write(variables);
      return `${start}${text}${text === '' ? '' : ','}"representations":[${representations}]}}`;
    },
  };
}
