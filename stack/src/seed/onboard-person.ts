import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Graph, GraphFault, type Payload } from './graph.ts';
import { createUser, sendMessage, uploadImage, verifyPhone } from './operations.ts';
import type { Person } from './people.ts';
import { drawPortrait } from './portrait.ts';
import type { PresentPerson } from './present-people.ts';
import type { Tally } from './tally.ts';

const codeTimeoutMs = 15_000;
const pollMs = 50;

/** Brings one person into the graph, or as far as is missing; what fails is counted and does not stop the rest. */
export async function onboardPerson(
  graph: Graph,
  person: Person,
  known: PresentPerson | undefined,
  tally: Tally,
): Promise<void> {
  if (known) tally.present++;
  const present = known ?? (await tally.attempt('createUser', () => create(graph, person)));
  if (!present) return;
  if (!known) tally.created++;
  const { id } = present;
  if (person.verifies && !present.verified) {
    if (await tally.attempt('verifyPhone', () => verify(graph, person, id))) tally.verified++;
  }
  if (person.hasPicture && !present.hasAvatar) {
    if (await tally.attempt('uploadImage', () => upload(graph, person, id))) tally.pictures++;
  }
  if (person.getsMail && !present.hasMail) {
    if (await tally.attempt('sendMessage', () => mail(graph, person, id))) tally.messages++;
  }
}

async function create(graph: Graph, { key, input }: Person): Promise<PresentPerson> {
  type Created = Payload & { user: { id: string; phoneVerification: { status: string } | null } };
  const createWith = (idempotencyKey: string) =>
    graph.mutate<Created>(createUser, { ...input, idempotencyKey }).then(({ user }) => user);
  const user = await createWith(key).catch((fault: unknown) => {
    // Somebody deleted the person less than a day ago: the key still stands for them, so another one takes its place.
    if (fault instanceof GraphFault && fault.code === 'NOT_FOUND') return createWith(`${key}-${randomUUID()}`);
    throw fault;
  });
  const verified = user.phoneVerification?.status === 'VERIFIED';
  return { id: user.id, verified, hasAvatar: false, hasMail: false };
}

async function verify(graph: Graph, { e164 }: Person, userId: string): Promise<true> {
  const code = await readCode(graph, e164);
  await graph.mutate(verifyPhone, { userId, code });
  return true;
}

/** The code that the developer inbox shows for a number, as soon as it was delivered. */
async function readCode(graph: Graph, phoneNumber: string): Promise<string> {
  const address = `/inbox/messages?to=${encodeURIComponent(phoneNumber)}`;
  for (const deadline = performance.now() + codeTimeoutMs; performance.now() < deadline; await sleep(pollMs)) {
    const { messages } = await graph.get<{ messages: { code: string | null }[] }>(address);
    const code = messages.find((message) => message.code !== null)?.code;
    if (code) return code;
  }
  throw new GraphFault('CODE_NOT_DELIVERED', `No code came within ${codeTimeoutMs / 1_000} s.`);
}

/** Half of the pictures travel as files, the others as base64. */
async function upload(graph: Graph, person: Person, userId: string): Promise<true> {
  const picture = await drawPortrait(person);
  const details = { userId, alt: `Portrait of ${person.input.name}`, asAvatar: true };
  // The key makes this call's repeats safe. The next run has another, for a picture that was taken away since may come again.
  const input = { ...details, idempotencyKey: randomUUID() };
  const asFile = picture.bytes.length % 2 === 0;
  if (asFile) await graph.mutate(uploadImage, { ...input, file: null }, picture);
  else await graph.mutate(uploadImage, { ...input, base64: picture.bytes.toString('base64') });
  return true;
}

async function mail(graph: Graph, { key }: Person, userId: string): Promise<true> {
  const input = { userId, operation: 'WELCOME', channel: 'EMAIL', idempotencyKey: `${key}-${userId}` };
  await graph.mutate(sendMessage, input);
  return true;
}
