import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { settleAddresses } from './addresses.ts';

test('free ports are all different', async () => {
  const { ports, publicUrl, urls } = await settleAddresses('127.0.0.1', 'free');
  expect(new Set(Object.values(ports)).size).toBe(4);
  expect(publicUrl).toBe(`http://localhost:${ports.gateway}`);
  expect(urls.profile).toBe(`http://127.0.0.1:${ports.profile}`);
});

test('a taken port is told with the setting that changes it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const settled = settleAddresses('127.0.0.1', { gateway: 20_001, profile: port });
  await expect(settled).rejects.toThrow(
    `port ${port} (profile) is taken: stop what listens there, or set PROFILE_PORT.`,
  );
  server.close();
});

test('an address that is not of this machine is told', async () => {
  await expect(settleAddresses('192.0.2.1')).rejects.toThrow('HOST 192.0.2.1');
});
