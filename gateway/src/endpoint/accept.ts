/** The media ranges of an Accept header (RFC 9110, 12.5.1) with their weights, in lower case and without parameters. */
export function parseAccept(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const range of header.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    if (type !== '') weights.set(type, weight === undefined ? 1 : Number(weight.slice(2)) || 0);
  }
  return weights;
}
