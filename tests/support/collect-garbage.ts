import { once } from 'node:events';
import { waitFor } from './wait-for.ts';

/** Where Node's debugger listens by default. */
const debuggerUrl = 'http://127.0.0.1:9229/json/list';

/** Makes another process of Node collect all of its garbage, as a debugger does; a process of the same user only. */
export async function collectGarbage(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR1');
  const address = await waitFor('the debugger listens', async () => {
    const answer = await fetch(debuggerUrl).catch(() => undefined);
    const [target] = answer ? ((await answer.json()) as { webSocketDebuggerUrl: string }[]) : [];
    return target?.webSocketDebuggerUrl;
  });
  const socket = new WebSocket(address);
  await once(socket, 'open');
  let id = 0;
  const ask = async (method: string, params = {}) => {
    socket.send(JSON.stringify({ id: ++id, method, params }));
    const [{ data }] = (await once(socket, 'message')) as [{ data: string }];
    return JSON.parse(data) as { result: { result: { value: unknown } } };
  };
  const { result } = await ask('Runtime.evaluate', { expression: 'process.pid' });
  if (result.result.value !== pid) throw new Error(`Another process than ${pid} is being debugged.`);
  await ask('HeapProfiler.collectGarbage');
  // The debugger ends with this, and with it the connection.
  socket.send(JSON.stringify({ id: ++id, method: 'Runtime.evaluate', params: { expression: 'process._debugEnd()' } }));
  await once(socket, 'close');
}
