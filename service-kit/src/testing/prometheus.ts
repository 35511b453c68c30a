/** The series of Prometheus's text format, `name{label="value"}` to its number; throws where a line is none, or twice there. */
export function readSeries(text: string): Map<string, number> {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue;
    const [, name, value] = /^([a-z_]\w*(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})?) (\S+)$/.exec(line) ?? [];
    if (name === undefined || series.has(name)) throw new Error(`not in Prometheus's format, or told twice: ${line}`);
    series.set(name, Number(value));
  }
  return series;
}

/** The series of one metric by their labels, as `{operation="User"}`. */
export function seriesOf(series: Map<string, number>, name: string): Record<string, number> {
  const found = [...series].filter(([key]) => key === name || key.startsWith(`${name}{`));
  return Object.fromEntries(found.map(([key, value]) => [key.slice(name.length), value]));
}
