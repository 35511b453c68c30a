import { showNews, showProgress, showReady } from './console.ts';
import { isAlive, parentOf } from './processes.ts';
import { readSettings } from './settings.ts';
import { type Stack, startStack } from './stack.ts';

const onePressMs = 1_000;

/** Starts the stack for a person at a terminal and stops it with them; `whileRunning` is called when all is ready. */
export async function runStack(whileRunning: (stack: Stack) => void = () => {}): Promise<void> {
  const begun = performance.now();
  let stack: Stack | undefined;
  let stoppingSince: number | undefined;

  async function stop(why: string): Promise<void> {
    // One Ctrl-C arrives twice under npm: from the terminal, and passed on by npm.
    if (stoppingSince !== undefined && performance.now() - stoppingSince < onePressMs) return;
    // A second one, or one while things still start: leaving is enough, everything else ends with this process.
    if (stoppingSince !== undefined || !stack) process.exit(130);
    stoppingSince = performance.now();
    showNews(`${why}: stopping`);
    await stack.stop();
    process.exit(0);
  }

  process.on('SIGINT', () => void stop('Ctrl-C'));
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGHUP', () => void stop('the terminal closed'));
  stopWithNpm(() => void stop('npm ended'));
  // A terminal or pipe that is gone must not keep the stack from being stopped in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  const settings = readSettings();
  stack = await startStack({ ...settings, restart: true, onProgress: showProgress, onNews: showNews });
  showReady(stack, performance.now() - begun);
  whileRunning(stack);
}

// npm may be killed, and a shell may stand between it and this process, so that neither is told.
function stopWithNpm(stop: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watched = [parent, parentOf(parent) ?? 1];
  const timer = setInterval(() => {
    if (process.ppid === parent && watched.every(isAlive)) return;
    clearInterval(timer);
    stop();
  }, 500);
  timer.unref();
}
