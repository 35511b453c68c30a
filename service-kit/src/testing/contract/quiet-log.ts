import { expect, test } from '@jest/globals';
import type { Provider, RunningProvider } from './provider.ts';

/** Comes last: ends the subgraph, and reads all that it has written while the other tests asked it. */
export function describeQuietLog<P extends RunningProvider>(provider: Provider<P>, running: () => P): void {
  test('it ends as it is told, and its log holds no phone number and no e-mail address', async () => {
    expect(await running().end()).toBe(0);
    const lines = running().output().split('\n');
    expect(lines.filter((line) => line.includes('"route":"/graphql"')).length).toBeGreaterThan(50);
    expect(lines.filter(holdsPersonalData)).toEqual([]);
    expect(lines.filter((line) => line.includes(`"service":"${provider.name}"`)).length).toBeGreaterThan(50);
  });
}

/** In E.164; as people write it; an address, which the paths of packages in a stack are none of. */
const personal = [/\+\d{8,15}\b/, /\+\d{1,3}[ -]\(?\d{2,}\)?[ -]?\d{3,}/, /[\w.]@[\w-]+\.[a-z]{2,}/i];

/** Ids, traces and times hold long rows of digits, of which none is taken for a number. */
const meaningless = /"(?:requestId|traceparent|time|durationMs|waitedMs)":(?:"[^"]*"|[\d.]+)/g;

function holdsPersonalData(line: string): boolean {
  const told = line.replace(meaningless, '');
  return personal.some((form) => form.test(told)) || national.test(told);
}

/** A number without its country: ten digits or more that stand for themselves. */
const national = /(?<![\w.:-])\d{5}[ -]?\d{5,7}(?![\w.:-])/;
