import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { cpuByProcess, cpuSecondsOf, memoryOf, processTree } from './process-cost.ts';

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

test('every process is known with its parent, its title and its CPU time, and a dead child through its parent', async () => {
  const busy = 'const end = Date.now() + 300; while (Date.now() < end);';
  const both = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(busy)}]); console.log("done"); setInterval(() => {}, 1e6)`;
  const child = spawn(process.execPath, ['-e', both], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  try {
    const known = cpuByProcess().get(child.pid as number);
    expect(known).toMatchObject({ parent: process.pid, title: expect.stringContaining('spawnSync') });
    expect(known?.seconds).toBeCloseTo(cpuSecondsOf([child.pid as number]), 1);
    if (process.platform === 'linux') expect(known?.endedChildren).toBeGreaterThan(0.02);
  } finally {
    child.kill('SIGKILL');
  }
});
