import { readFileSync } from 'node:fs';
import type { Place } from '../findings/finding.ts';

/** Lines shown before and after the one that is meant. */
const around = 1;

/** The lines around a place with their numbers and a mark below the column; empty where the file cannot be read. */
export function excerpt({ file, line, column }: Place): string[] {
  if (line === undefined) return [];
  const lines = linesOf(file);
  if (!lines || line > lines.length) return [];
  const from = Math.max(1, line - around);
  const to = Math.min(lines.length, line + around);
  const width = String(to).length;
  const shown: string[] = [];
  for (let number = from; number <= to; number++) {
    const mark = number === line ? '>' : ' ';
    shown.push(`${mark} ${String(number).padStart(width)} | ${lines[number - 1]}`.trimEnd());
    if (number === line && column) shown.push(`  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
  }
  return shown;
}

function linesOf(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return undefined;
  }
}
