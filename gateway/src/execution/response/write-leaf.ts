/** JavaScript that writes a scalar in the form that it has in most answers; all others are judged by graphql-js. */
export function writeScalar(typeName: string, value: string, label: string, isPlain: boolean): string {
  const start = label === '' ? '' : `${JSON.stringify(label)} + `;
  const asItIs = `text += ${JSON.stringify(`${label}"`)} + ${value} + '"';`;
  const asString = isPlain ? asItIs : `text += ${start}quote(${value});`;
  switch (typeName) {
    case 'Int':
      return `if ((${value} | 0) !== ${value}) return; text += ${start}${value};`;
    case 'Float':
      return `if (typeof ${value} !== 'number' || !Number.isFinite(${value})) return; text += ${start}${value};`;
    case 'Boolean':
      return `if (typeof ${value} !== 'boolean') return; text += ${start}${value};`;
    case 'String':
      return `if (typeof ${value} !== 'string') return; ${asString}`;
    case 'ID':
      return `if (typeof ${value} === 'string') { ${asString} } else if (Number.isInteger(${value})) ${asItIs} else return;`;
    default:
      return `if (typeof ${value} === 'string') { ${asString} } else text += ${start}toJson(${value});`;
  }
}

/** JavaScript that writes a value of an enum, if it is one of those that clients know. */
export function writeEnum(value: string, label: string, index: number): string {
  const known = `${value}e`;
  return `const ${known} = typeof ${value} === 'string' ? enums[${index}][${value}] : undefined;
    if (${known} === undefined) return; text += ${label === '' ? '' : `${JSON.stringify(label)} + `}${known};`;
}
