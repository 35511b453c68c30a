import { spreadOf } from '../../src/statistics.ts';
import { figure, spreadText, toTable } from '../../src/table.ts';
import type { Slice } from './measure.ts';

/** What processes held at most, by their names. */
export type PeakBytes = Readonly<Record<string, number | undefined>>;

/** A ratio of rates that is aimed at. */
const aims = [
  { what: /^upload/, of: 'gateway', to: 'image', atLeast: 0.8 },
  { what: /^cold/, of: 'ours', to: 'sharp', atLeast: 0.85 },
  { what: /^cold/, of: 'ours', to: 'ipx', atLeast: 1.2 },
  { what: /^warm/, of: 'ours', to: 'bare', atLeast: 0.6 },
];

const titles: Record<string, string> = {
  gateway: 'through the gateway',
  image: 'straight to Image',
  ours: 'Atrium’s Image',
  ipx: 'ipx',
  sharp: 'sharp alone',
  bare: 'bare node:http',
};

/** The tables of a run, as Markdown that reads well on a terminal. */
export function report(slices: readonly Slice[], peaks: PeakBytes): string {
  return [
    speeds(slices),
    '### Ratios of the rates, round by round',
    ratios(slices),
    '### Memory, at most',
    toTable(
      ['process', 'MB'],
      Object.entries(peaks).map(([name, bytes]) => [name, bytes === undefined ? '-' : figure(bytes / 1024 / 1024)]),
    ),
  ].join('\n\n');
}

const namesOf = (slices: readonly Slice[]) => [...new Set(slices.map(({ what }) => what))];

function speeds(slices: readonly Slice[]): string {
  const rows = namesOf(slices).flatMap((what) => {
    const own = slices.filter((slice) => slice.what === what);
    return [...new Set(own.map(({ who }) => who))].map((who) => {
      const theirs = own.filter((slice) => slice.who === who);
      const spread = (value: (slice: Slice) => number) => spreadText(spreadOf(theirs.map(value)));
      return [
        what,
        titles[who] ?? who,
        spread(({ requests, seconds }) => requests / seconds),
        theirs.some(({ bytes }) => bytes > 0) ? spread(({ bytes, seconds }) => bytes / 1e6 / seconds) : '-',
        spread(({ cpuSeconds, requests }) => (cpuSeconds / requests) * 1_000),
      ];
    });
  });
  return toTable(['', '', 'a second', 'MB/s', 'CPU-ms each'], rows);
}

/** Rates are compared within their rounds, so that a slow minute of the machine meets both. */
function ratios(slices: readonly Slice[]): string {
  const rows = namesOf(slices).flatMap((what) =>
    aims
      .filter((aim) => aim.what.test(what))
      .map(({ of, to, atLeast }) => {
        const pairs = pairsOf(slices, what, of, to);
        const rate = spreadOf(pairs.map(([a, b]) => a.requests / a.seconds / (b.requests / b.seconds)));
        const cpu = spreadOf(pairs.map(([a, b]) => b.cpuSeconds / b.requests / (a.cpuSeconds / a.requests)));
        const reached = rate.median >= atLeast ? 'yes' : 'no';
        return [`${what}: ${titles[of]} / ${titles[to]}`, spreadText(rate), String(atLeast), reached, spreadText(cpu)];
      }),
  );
  return toTable(['', 'ratio', 'aim', 'reached', 'ratio by CPU time'], rows);
}

function pairsOf(slices: readonly Slice[], what: string, of: string, to: string): [Slice, Slice][] {
  return slices
    .filter((slice) => slice.what === what && slice.who === of)
    .flatMap((slice) => {
      const other = slices.find((each) => each.what === what && each.who === to && each.round === slice.round);
      return other ? [[slice, other] as [Slice, Slice]] : [];
    });
}
