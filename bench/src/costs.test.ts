import { describe, expect, test } from '@jest/globals';
import { type CostSource, costsBetween } from './costs.ts';
import type { ProcessCpu } from './process-cost.ts';

const source: CostSource = {
  processes: { gateway: 10 },
  postmaster: 20,
  databases: ['atrium_profile'],
};

function cpu(parent: number, seconds: number, title = '', endedChildren = 0): ProcessCpu {
  return { parent, seconds, title, endedChildren };
}

describe('what was used between two readings', () => {
  test('a process counts with all that it started; everybody else is elsewhere', () => {
    const before = new Map([
      [10, cpu(1, 5)],
      [30, cpu(1, 1)],
    ]);
    const after = new Map([
      [10, cpu(1, 6)],
      [11, cpu(10, 0.5)],
      [12, cpu(11, 0.25)],
      [30, cpu(1, 9)],
    ]);
    expect(costsBetween(source, before, after)).toEqual({
      processes: { gateway: 1.75 },
      backends: 0,
      background: 0,
      elsewhere: 8,
    });
  });

  test('backends count by their database, the other processes of PostgreSQL as its background', () => {
    const before = new Map([
      [20, cpu(1, 1)],
      [21, cpu(20, 2, 'postgres: atrium_profile atrium_profile 127.0.0.1(5000) idle')],
      [22, cpu(20, 2, 'postgres: postgres bench_keystone 127.0.0.1(5001) idle')],
      [23, cpu(20, 2, 'postgres: walwriter ')],
    ]);
    const after = new Map([
      [20, cpu(1, 1.25)],
      [21, cpu(20, 3, 'postgres: atrium_profile atrium_profile 127.0.0.1(5000) INSERT')],
      [22, cpu(20, 4, 'postgres: postgres bench_keystone 127.0.0.1(5001) idle')],
      [23, cpu(20, 2.5, 'postgres: walwriter ')],
      [24, cpu(20, 0.5, 'postgres: atrium_profile atrium_profile 127.0.0.1(5002) idle')],
    ]);
    expect(costsBetween(source, before, after)).toMatchObject({ backends: 1.5, background: 0.75 });
  });

  test('of one that ended, what it used meanwhile still counts', () => {
    const before = new Map([
      [20, cpu(1, 1, '', 10)],
      [21, cpu(20, 2, 'postgres: postgres bench 127.0.0.1(5000) idle')],
    ]);
    const after = new Map([[20, cpu(1, 1, '', 12.5)]]);
    expect(costsBetween(source, before, after).background).toBe(0.5);
  });
});
