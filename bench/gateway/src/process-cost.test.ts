import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { cpuSecondsOf, memoryOf, processTree } from './process-cost.ts';

const inner = 'while (process.cpuUsage().user < 300_000); console.log(process.pid); setInterval(() => {}, 1e6)';
const outer = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(inner)}], { stdio: "inherit" })`;

test('what a process started is found, and its CPU time and memory count', async () => {
  const child = spawn(process.execPath, ['-e', outer], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const innerPid = Number(text.toString());
  try {
    const tree = processTree(child.pid as number);
    expect(tree.toSorted()).toEqual([child.pid, innerPid].toSorted());
    expect(cpuSecondsOf(tree)).toBeGreaterThan(cpuSecondsOf([child.pid as number]) + 0.1);
    expect(memoryOf(tree).residentBytes).toBeGreaterThan(memoryOf([innerPid]).residentBytes);
  } finally {
    process.kill(innerPid);
    child.kill();
  }
});
