/** What cannot stand in a JSON string as it is; lone surrogates are escaped too, since UTF-8 has no form for them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what JSON has to escape.
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A text as JSON. */
export function quote(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Any JSON value as text. */
export function toJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return Number.isFinite(value) ? `${value}` : 'null';
    default:
      return JSON.stringify(value) ?? 'null';
  }
}

const inherited = new Set(Object.getOwnPropertyNames(Object.prototype));

/** JavaScript that reads a property of parsed JSON and never one that objects inherit. */
export function readProperty(object: string, name: string): string {
  const key = JSON.stringify(name);
  if (inherited.has(name)) return `(Object.hasOwn(${object}, ${key}) ? ${object}[${key}] : undefined)`;
  return /^[A-Za-z_]\w*$/.test(name) ? `${object}.${name}` : `${object}[${key}]`;
}
