import { eventSubscribers, readSettings } from '@atrium/service-kit';
import { expect, test } from '@jest/globals';
import { eventTypes, isServiceName } from './domain/subscriptions.ts';

const read = (text: string) =>
  readSettings(
    { further: eventSubscribers('EVENT_SUBSCRIBERS', 'who else', eventTypes, isServiceName) },
    { EVENT_SUBSCRIBERS: text },
  ).further;

test('subscribers are names with addresses, for all events or for some', () => {
  expect(read('')).toEqual([]);
  expect(read('nats=http://127.0.0.1:8080/in?a=b, crm:user.created+user.deleted=https://crm.example')).toEqual([
    {
      name: 'nats',
      url: 'http://127.0.0.1:8080/in?a=b',
      types: ['user.created', 'user.updated', 'user.verified', 'user.deleted'],
    },
    { name: 'crm', url: 'https://crm.example', types: ['user.created', 'user.deleted'] },
  ]);
});

test.each([
  ['nats', 'name=http(s) address'],
  ['nats=ftp://example.com', 'name=http(s) address'],
  ['Nats!=http://example.com', 'name=http(s) address'],
  ['nats:user.born=http://example.com', 'some of user.created'],
  ['nats:=http://example.com', 'name=http(s) address'],
  ['nats=http://a.example,nats=http://b.example', 'two subscribers have one name'],
  // A token for a service's name opens that service.
  ['messaging=http://example.com', 'name of a service'],
  ['gateway=http://example.com', 'name of a service'],
])('%s is refused with what to do', (text, message) => {
  expect(() => read(text)).toThrow(message);
});
