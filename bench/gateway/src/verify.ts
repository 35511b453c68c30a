import type { RunningServer } from '../../src/launch.ts';
import { userCount } from './dataset.ts';
import { expectAnswers } from './expected-answers.ts';
import { bodyFor } from './load/request-template.ts';
import type { BenchQuery } from './queries.ts';

const checkedPlaces = 30;

/** Asks a gateway for places all over the data set, and throws where an answer is not deep-equal to the right one. */
export async function verifyAnswers(title: string, gateway: RunningServer, query: BenchQuery): Promise<void> {
  const expected = expectAnswers(query);
  const { first, end } = query.places;
  const step = Math.floor(userCount / checkedPlaces) + 1;
  for (let place = first; place < end; place += step) {
    const response = await fetch(`http://127.0.0.1:${gateway.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...gateway.headers },
      body: bodyFor(query, place),
    });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status === 200 && expected.matches(body, place)) continue;
    throw new Error(
      `${title} answers ${query.name} wrongly, with status ${response.status}:\n${body.toString().slice(0, 1_000)}\n` +
        `It should be:\n${expected.bytes(place).toString().slice(0, 1_000)}`,
    );
  }
}
