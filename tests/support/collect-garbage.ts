import { once } from 'node:events';
import { waitFor } from './wait-for.ts';

/**
 * Makes another process of Node collect all of its garbage, as a debugger does; a process of the same user, which was
 * started with `--inspect-port` of this port.
 */
export async function collectGarbage(pid: number, port: number): Promise<void> {
  process.kill(pid, 'SIGUSR1');
  const address = await waitFor('the debugger listens', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
    const [target] = answer ? ((await answer.json()) as { webSocketDebuggerUrl: string }[]) : [];
    return target?.webSocketDebuggerUrl;
  });
  const socket = new WebSocket(address);
  await once(socket, 'open');
  try {
    socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
    await once(socket, 'message');
  } finally {
    // The debugger ends with this, and with it the connection.
    const closed = once(socket, 'close');
    const params = { expression: 'process._debugEnd()' };
    socket.send(JSON.stringify({ id: 2, method: 'Runtime.evaluate', params }));
    await closed;
  }
}
