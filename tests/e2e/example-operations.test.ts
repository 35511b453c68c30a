import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@atrium/stack';
import { expect, test } from '@jest/globals';
import { openAtrium } from '../support/atrium.ts';
import { operations } from '../support/operations.ts';
import { newPerson } from '../support/phone-numbers.ts';
import { sharedSystem } from '../support/test-system.ts';

const system = await sharedSystem();
const atrium = openAtrium(system);
const { id } = await atrium.newUser(newPerson());

test.each(operations())(
  'operations/$name passes every limit and is answered without an error',
  async ({ name, source }) => {
    const path = join(repositoryRoot, 'operations', `${name}.variables.json`);
    const variables = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    // A query about a person is asked about one that there is, so that all of its fields are fetched.
    for (const key of ['id', 'userId']) if (key in variables) variables[key] = id;
    // The number of the example belongs to the test that follows its user.
    const input = variables.input as Record<string, unknown> | undefined;
    const people = [input, ...((input?.users as Record<string, unknown>[] | undefined) ?? [])];
    for (const person of people) {
      if (person && 'phoneNumber' in person) Object.assign(person, { phoneNumber: newPerson().phoneNumber });
    }
    const { status, errors, data } = await atrium.query<object>(source, variables);
    expect({ status, errors, fields: Object.keys(data ?? {}).length }).toEqual({ status: 200, errors: [], fields: 1 });
  },
);
