import { expect, test } from '@jest/globals';
import { deliverApart, type Offered } from './deliver-apart.ts';
import { timedOut } from './request-context.ts';
import { ServiceUnavailable, UnusableAnswer } from './service-errors.ts';

type Leased = Offered & { readonly id: string };

const answered = (status: number) =>
  new ServiceUnavailable('image', new UnusableAnswer({ status, body: '' }, undefined));

const record = (id: string, refusals = 0): Leased => ({ id, refusals });
const records = (...ids: string[]) => ids.map((id) => record(id));

/** Delivers records to a destination that answers an offer as `reasonFor` says; undefined takes it. */
async function deliver(batch: Leased[], reasonFor: (ids: string[]) => Error | undefined) {
  const offers: string[] = [];
  const offer = deliverApart<Leased>(
    async (offered) => {
      const ids = offered.map(({ id }) => id);
      offers.push(ids.join(' '));
      const reason = reasonFor(ids);
      return reason ? { untaken: offered, reason } : { untaken: [] };
    },
    { patienceMs: 60_000 },
  );
  const { refused, unanswered } = await offer(batch);
  const ids = (list: Leased[]) => list.map(({ id }) => id).join(' ');
  return { refused: ids(refused.map(({ record: each }) => each)), unanswered: ids(unanswered), offers };
}

test('of records that are refused together each goes alone, and only what is refused then is', async () => {
  const outcome = await deliver(records('a', 'bad', 'b'), (ids) => (ids.includes('bad') ? answered(500) : undefined));
  expect(outcome).toEqual({ refused: 'bad', unanswered: '', offers: ['a bad b', 'a', 'bad', 'b'] });
});

test('what was refused before travels with nobody', async () => {
  const outcome = await deliver([record('a'), record('bad', 1), record('b')], (ids) =>
    ids.includes('bad') ? answered(400) : undefined,
  );
  expect(outcome).toEqual({ refused: 'bad', unanswered: '', offers: ['a b', 'bad'] });
});

test.each([
  ['does not answer', timedOut()],
  ['cannot be reached', new ServiceUnavailable('image')],
])('a destination that %s is asked once and finds fault with nothing', async (_case, reason) => {
  expect(await deliver([...records('a', 'b'), record('c', 3)], () => reason)).toEqual({
    refused: '',
    unanswered: 'a b c',
    offers: ['a b'],
  });
});

test('a destination that goes away while records are offered alone is not waited for with each of them', async () => {
  const outcome = await deliver(records('a', 'b', 'c'), (ids) => (ids.length > 1 ? answered(500) : timedOut()));
  expect(outcome).toEqual({ refused: '', unanswered: 'a b c', offers: ['a b c', 'a'] });
});

test('one that fails at everything is unwell, and soon left alone', async () => {
  expect(await deliver(records('a', 'b', 'c', 'd', 'e'), () => answered(500))).toEqual({
    refused: 'a b c',
    unanswered: 'd e',
    offers: ['a b c d e', 'a', 'b', 'c'],
  });
});

test('one that finds fault with each record is well, however many there are', async () => {
  const outcome = await deliver(records('a', 'b', 'c', 'd', 'e'), (ids) =>
    ids.length > 1 || ids[0] !== 'e' ? answered(400) : undefined,
  );
  expect(outcome).toMatchObject({ refused: 'a b c d', unanswered: '' });
});
