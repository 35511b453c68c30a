import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type OperatorTools, openOperatorTools } from '../operator-command.ts';
import { startTestDatabase, type TestDatabase } from '../testing/database.ts';
import { add, list, remove } from './commands.ts';

let database: TestDatabase;
let tools: OperatorTools;
beforeAll(async () => {
  database = await startTestDatabase();
  tools = openOperatorTools({
    DATABASE_URL: database.url,
    NUMBER_HMAC_KEY: Buffer.alloc(32, 9).toString('base64url'),
  });
});
afterAll(async () => {
  await tools.database.$disconnect();
  await database.stop();
});

test('recipients are put on the list, shown by nothing that reaches them, and taken off it', async () => {
  expect((await list(tools, { limit: 100 })).text).toBe('Nobody is on the list.');
  const added = await add(tools, ['+44 7400 123456'], { reason: 'OPERATOR' });
  expect(added.text).toBe('1 recipient is not written to any more.');
  await add(tools, ['+447400123456', 'Asha@Example.com'], { reason: 'STOP' });
  const { json, text } = await list(tools, { limit: 100 });
  expect(json).toHaveLength(3);
  expect(json).toContainEqual({
    hash: expect.stringMatching(/^[\da-f]{16}$/),
    channel: 'SMS',
    reason: 'OPERATOR',
    source: 'command',
    createdAt: expect.any(Date),
  });
  expect(text).toMatch(/^RECIPIENT +CHANNEL +REASON +SOURCE +SINCE\n([\da-f]{16} +\w+ +\w+ +command +\S+ \S+Z\n?){3}$/);
  expect(text + JSON.stringify(json)).not.toMatch(/7400|asha/i);
  expect((await list(tools, { limit: 100, channel: 'EMAIL' })).json).toMatchObject([{ channel: 'EMAIL' }]);
  expect((await list(tools, { limit: 1, reason: 'STOP' })).json).toHaveLength(1);

  expect((await remove(tools, ['+447400123456'], { reason: 'STOP' })).text).toBe('1 entry is gone.');
  expect((await remove(tools, ['+447400123456', 'asha@example.com'], {})).text).toBe('2 entries are gone.');
  expect((await list(tools, { limit: 100 })).json).toEqual([]);
});

test('a list with a fault on one line is not taken at all', async () => {
  await expect(add(tools, ['+919876543219', 'asha@'], { reason: 'STOP' })).rejects.toThrow('Recipient 2 is neither');
  await expect(remove(tools, ['+919876543219'], {})).rejects.toThrow('No such recipient is on the list.');
  expect((await list(tools, { limit: 100 })).json).toEqual([]);
});
