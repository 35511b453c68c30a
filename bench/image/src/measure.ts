import { setTimeout as pause } from 'node:timers/promises';
import { cpuSecondsOf, processTree } from '../../src/process-cost.ts';
import type { Progress } from '../../src/progress.ts';
import { eachAtOnce, getAll, measure, type Taken } from './ask.ts';
import type { BenchOptions } from './options.ts';
import type { Site } from './site.ts';
import { formats } from './wishes.ts';

/** What one of those measured took for one thing in one round. */
export interface Slice extends Taken {
  round: number;
  /** `upload 1 MB`, `cold webp`, `warm`. */
  what: string;
  /** `gateway`, `image`, `ours`, `ipx`, `sharp`, `bare`. */
  who: string;
}

/** As many decodes as Image makes at once, and one more, so that it never waits for the next request. */
const coldAtOnce = 3;
const decodesAtOnce = 2;
const warmAtOnce = 32;
const uploadsAtOnce = 3;
const pauseBetweenMs = 200;

interface Turn {
  what: string;
  who: string;
  run: (round: number) => Promise<Taken>;
}

/** Runs the rounds: in each, everybody does everything once, in an order that rotates. */
export async function measureRounds(site: Site, options: BenchOptions, progress: Progress): Promise<Slice[]> {
  const things = thingsToMeasure(site, options);
  const count = progress.count((options.rounds + 1) * things.flat().length, options.seconds);
  const slices: Slice[] = [];
  // Round 0 warms up and is not counted.
  for (let round = 0; round <= options.rounds; round++) {
    for (const turns of things) {
      for (let at = 0; at < turns.length; at++) {
        const { what, who, run } = turns[(at + round) % turns.length] as Turn;
        count.step(`${what}, ${who}`);
        const taken = await run(round);
        if (round > 0) slices.push({ round, what, who, ...taken });
        await pause(pauseBetweenMs);
      }
    }
  }
  count.end();
  return slices;
}

function thingsToMeasure(site: Site, options: BenchOptions): Turn[][] {
  const { workloads } = options;
  return [
    ...(workloads.includes('upload') ? uploads(site, options) : []),
    ...(workloads.includes('cold') ? coldVariants(site, options) : []),
    ...(workloads.includes('warm') ? [warmVariants(site, options)] : []),
  ];
}

function uploads({ stack, images, photographs }: Site, options: BenchOptions): Turn[][] {
  const { gateway, image } = stack.services;
  const pids = [gateway.pid ?? 0, image.pid ?? 0];
  return photographs.map(({ size, photographs: all }) =>
    (['gateway', 'image'] as const).map((way) => ({
      what: `upload ${size.name}`,
      who: way,
      run: (round: number) =>
        measure(pids, async () => {
          const sent = Array.from({ length: options.uploads }, (_, at) => all[(at + round) % all.length] as Buffer);
          await eachAtOnce(sent, uploadsAtOnce, async (photograph) => {
            await images.upload(photograph, way);
          });
          return { requests: sent.length, bytes: sent.reduce((sum, { length }) => sum + length, 0) };
        }),
    })),
  );
}

function coldVariants({ stack, ipx, sharpAlone, cold, files }: Site, { variants }: BenchOptions): Turn[][] {
  return formats.map((format) => {
    const what = `cold ${format}`;
    const ofRound = (round: number) => {
      const some = cold[format].slice(round * variants, (round + 1) * variants);
      if (some.length < variants) throw new Error('so many rounds and variants ask for more than there are');
      return some;
    };
    const get = (pid: number, whose: 'ours' | 'ipx') => async (round: number) => {
      const urls = ofRound(round).map((each) => each[whose]);
      return measure([pid], () => getAll(urls, coldAtOnce));
    };
    return [
      { what, who: 'ours', run: get(stack.services.image.pid ?? 0, 'ours') },
      { what, who: 'ipx', run: get(ipx.pid, 'ipx') },
      {
        what,
        who: 'sharp',
        async run(round) {
          const wishes = ofRound(round).map(({ wish }) => wish);
          const tree = processTree(sharpAlone.pid);
          const before = cpuSecondsOf(tree);
          const seconds = await sharpAlone.run({ files, wishes, atOnce: decodesAtOnce });
          return { requests: variants, bytes: 0, seconds, cpuSeconds: cpuSecondsOf(tree) - before };
        },
      },
    ];
  });
}

function warmVariants({ stack, bare, warm }: Site, { seconds }: BenchOptions): Turn[] {
  const ask = (pid: number, whose: 'ours' | 'bare') => () =>
    measure([pid], async () => {
      const done = { requests: 0, bytes: 0 };
      const end = performance.now() + seconds * 1_000;
      while (performance.now() < end) {
        // In one go long enough that its ragged end weighs little.
        const urls = Array.from({ length: 20 * warm.length }, (_, at) => warm[at % warm.length]?.[whose] as string);
        const { requests, bytes } = await getAll(urls, warmAtOnce);
        done.requests += requests;
        done.bytes += bytes;
      }
      return done;
    });
  return [
    { what: 'warm', who: 'ours', run: ask(stack.services.image.pid ?? 0, 'ours') },
    { what: 'warm', who: 'bare', run: ask(bare.pid, 'bare') },
  ];
}
