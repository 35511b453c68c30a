/** What cannot stand in a JSON string as it is; lone surrogates are escaped too, since UTF-8 has no form for them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what JSON has to escape.
const needsEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

/** The longest text in which each character is looked at; a regular expression takes longer to begin, and less later. */
const shortText = 64;

/** A text as JSON. */
export function quote(text: string): string {
  const { length } = text;
  if (length > shortText) return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0xd800 && code <= 0xdfff))
      return JSON.stringify(text);
  }
  return `"${text}"`;
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
