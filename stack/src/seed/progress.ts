import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a run is: a bar at a terminal, otherwise a line for every tenth. */
export function showProgress(total: number): { advance: (by?: number) => void; stop: () => void } {
  return process.stdout.isTTY ? bar(total) : lines(total);
}

function bar(total: number): ReturnType<typeof showProgress> {
  const single = new SingleBar(
    { format: '{bar} {percentage} %  {value} of {total} people, {eta_formatted} to go', hideCursor: true },
    Presets.shades_classic,
  );
  single.start(total, 0);
  return { advance: (by = 1) => single.increment(by), stop: () => single.stop() };
}

function lines(total: number): ReturnType<typeof showProgress> {
  let done = 0;
  const tenth = () => Math.floor((done * 10) / total);
  return {
    advance: (by = 1) => {
      const before = tenth();
      done += by;
      if (tenth() > before) console.log(`${tenth() * 10} %  ${done} of ${total} people`);
    },
    stop: () => {},
  };
}
