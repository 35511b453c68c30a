import { quote, toJson } from '../json-text.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The JSON text of a request, built around what is the same each time. */
export interface RequestBody {
  /** Of a fetch at the root. */
  ofRoot(values: Variables): string;
  /** Of a fetch of entities, by their representations. */
  ofEntities(values: Variables, representations: string): string;
}

/** A variable of a fetch and the name under which its value is found. */
export interface UsedVariable {
  name: string;
  from: string;
}

/** Prepares the bodies of a fetch, with the variables that it uses and no others. */
export function prepareBody(query: string, variables: readonly UsedVariable[]): RequestBody {
  const start = `{"query":${quote(query)},"variables":{`;
  const used = variables.map(({ name, from }) => ({ from, label: `${quote(name)}:` }));
  const write = (values: Variables): string => {
    let text = '';
    for (const { from, label } of used) {
      const value = values[from];
      // A variable that the client left out stays absent, which is not the same as null.
      if (value !== undefined) text += `${text === '' ? '' : ','}${label}${toJson(value)}`;
    }
    return text;
  };
  return {
    ofRoot: (values) => `${start}${used.length === 0 ? '' : write(values)}}}`,
    ofEntities(values, representations) {
      const text = used.length === 0 ? '' : write(values);
      return `${start}${text}${text === '' ? '' : ','}"representations":[${representations}]}}`;
    },
  };
}
