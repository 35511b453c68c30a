import { SingleBar } from 'cli-progress';

/** Tells people how far the bench is, on standard error. */
export interface Progress {
  /** Says something on a line of its own. */
  say(line: string): void;
  /** Does something that takes a while, and shows that it does. */
  during<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Starts to count steps; each is told before it begins. */
  count(total: number, secondsEach: number): { step(what: string): void; end(): void };
}

/** Progress on a terminal, or in plain lines where there is none. */
export function createProgress(): Progress {
  const { stderr } = process;
  const onTerminal = stderr.isTTY;
  const say = (line: string) => void stderr.write(`${line}\n`);
  return {
    say,
    async during(what, work) {
      if (!onTerminal) say(what);
      const start = performance.now();
      const show = () => stderr.write(`\r${what}: ${Math.round((performance.now() - start) / 1_000)} s `);
      const timer = onTerminal ? setInterval(show, 1_000) : undefined;
      try {
        return await work();
      } finally {
        clearInterval(timer);
        if (onTerminal) stderr.write('\r\u001b[K');
      }
    },
    count(total, secondsEach) {
      const format = '{bar} {value}/{total}  {left} left  {what}';
      const bar = new SingleBar({ format, stream: stderr, clearOnComplete: true, barsize: 30 });
      if (onTerminal) bar.start(total, 0, { what: '', left: '' });
      let done = -1;
      return {
        step(what) {
          done += 1;
          const left = toMinutes((total - done) * secondsEach);
          if (onTerminal) bar.update(done, { what, left });
          else if (done % 10 === 0) say(`${done}/${total}, ${left} left: ${what}`);
        },
        end: () => bar.stop(),
      };
    },
  };
}

function toMinutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;
}
