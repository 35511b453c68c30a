import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { asClient, asService, type Headers, post } from './callers.ts';
import type { Provider, RunningProvider } from './provider.ts';

/** The type of a body of events. */
export const eventsType = 'application/cloudevents-batch+json';

/** Tells events as whoever may, and as whoever may not. */
export function describeEvents<P extends RunningProvider>(provider: Provider<P>, running: () => P): void {
  const { event, name } = provider;
  if (!event) return;
  const { from, type } = event;

  async function tell(authorization: Headers, body: string) {
    const headers = { 'content-type': eventsType, ...authorization };
    const { status, errors } = await post(`${running().url}/events`, headers, body);
    return { status, code: errors[0]?.extensions.code };
  }

  test(`takes events from ${from}, again as well, and neither a client's word for one nor another service's`, async () => {
    const { keys } = running();
    const { gateway, [from]: source } = keys;
    if (!source) throw new Error(`Nobody knows ${from}.`);
    const told = {
      specversion: '1.0',
      id: randomUUID(),
      source: `/${from}`,
      type,
      subject: randomUUID(),
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { version: 2 },
    };
    const body = JSON.stringify([told]);
    expect(await tell(await asClient(gateway, name, provider.scopes), body)).toEqual({
      status: 403,
      code: 'FORBIDDEN',
    });
    expect(await tell(await asService(gateway, name), body)).toMatchObject({ code: 'BAD_REQUEST' });
    const own = await asService(source, name);
    for (const bad of ['{}', '[{}]', '[', JSON.stringify([{ ...told, subject: 'x' }])]) {
      expect(await tell(own, bad)).toMatchObject({ code: 'BAD_REQUEST' });
    }
    expect(await tell(own, body)).toMatchObject({ status: 204 });
    expect(await tell(own, body)).toMatchObject({ status: 204 });
  });
}
