import { isDeepStrictEqual } from 'node:util';
import type { Person, User } from '../dataset.ts';
import { type Dialect, readFields } from '../operations.ts';
import { listed } from '../workloads.ts';

/** Whether the body of a response is a right answer for a place. */
export type JudgeBody = (body: Buffer, place: number) => boolean;

/** Judges answers that hold one of these users. Nearly always the bytes are the expected ones; else the JSON must be equal. */
export function expectUsers(users: readonly User[]): JudgeBody {
  const expected = users.map((user) => {
    const read = Object.fromEntries(readFields.map((field) => [field, user[field]]));
    return Buffer.from(JSON.stringify({ data: { user: read } }));
  });
  return (body, place) => {
    const right = expected[place];
    return right !== undefined && (withoutLineEnd(body).equals(right) || isSameJson(body, right));
  };
}

/** Judges the answer to a create: the user is there, with the phone number in the form that it was given in. */
export function judgeCreate({ created }: Dialect['create'], body: Buffer, { phoneNumber }: Person): boolean {
  const data = dataOf(body);
  return data !== undefined && created(data)?.phoneNumber === phoneNumber;
}

/** Judges a list: it is full, and everybody in it has the word in their name or location. */
export function judgeList({ found }: Dialect['list'], body: Buffer, word: string): boolean {
  const data = dataOf(body);
  const users = data === undefined ? [] : found(data);
  const sought = word.toLowerCase();
  return (
    users.length === listed && users.every(({ name, location }) => `${name} ${location}`.toLowerCase().includes(sought))
  );
}

/** The data of an answer without errors. */
function dataOf(body: Buffer): object | undefined {
  try {
    const { data, errors } = JSON.parse(body.toString()) as { data?: object | null; errors?: unknown };
    return errors === undefined ? (data ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

const newline = 0x0a;

function withoutLineEnd(body: Buffer): Buffer {
  return body.at(-1) === newline ? body.subarray(0, -1) : body;
}

function isSameJson(body: Buffer, expected: Buffer): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(body.toString()), JSON.parse(expected.toString()));
  } catch {
    return false;
  }
}
