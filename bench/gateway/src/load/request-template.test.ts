import { expect, test } from '@jest/globals';
import { queries } from '../queries.ts';
import { bodyFor, requestTemplate } from './request-template.ts';

test.each(Object.values(queries))('a filled-in request of $name is the one that a client would write', (query) => {
  const template = requestTemplate(query, { port: 4000, headers: { 'x-api-key': 'a key' } });
  const buffer = template.createBuffer();
  const { first, end } = query.places;
  for (const place of [first, first + 7, Math.floor((first + end) / 2), end - 1]) {
    template.fill(buffer, place);
    const [head, body] = buffer.toString().split('\r\n\r\n');
    expect(body).toBe(bodyFor(query, place));
    expect(head).toContain(`\r\ncontent-length: ${body?.length}`);
  }
});
