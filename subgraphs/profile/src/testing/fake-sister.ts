import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type Caller,
  createHttpServer,
  createLogger,
  createTokenVerifier,
  type PublicJwks,
  protect,
  receiveEvents,
  type UserEvent,
} from '@atrium/service-kit';
import type { FastifyInstance } from 'fastify';
import { graphql, parse } from 'graphql';

/** How a sister behaves: as it should, as if it were dead, or as if it had fallen asleep. */
export type Mood = 'well' | 'dead' | 'asleep';

/** A sister service at the wire: a real HTTP server that keeps to the committed contract and remembers what it was told. */
export interface FakeSister {
  readonly url: string;
  mood: Mood;
  /** Whether it fails where it is told of events, while it answers questions. */
  refuseEvents: boolean;
  readonly events: UserEvent[];
  /** Resolves when the sister has been told of an event that fits. */
  eventOf(type: string, userId: string): Promise<UserEvent>;
  close(): Promise<void>;
}

/** Messaging, as far as Profile asks it. */
export interface FakeMessaging extends FakeSister {
  /** What each operation was asked, one entry a call. */
  readonly calls: { operation: string; inputs: Record<string, string>[]; caller: Caller }[];
  /** The outcome of each request for a verification, by its id. */
  readonly started: Map<string, { userId: string; phoneNumber: string }>;
  /** Numbers that validatePhoneNumbers refuses, and those that only startPhoneVerifications does. */
  readonly refusedAtOnce: Map<string, string>;
  readonly refusedLate: Map<string, string>;
  /** Numbers that startPhoneVerifications has no budget for, and when to ask again. */
  readonly overBudget: Map<string, number>;
  /** The codes of numbers whose code is not the usual one. */
  readonly codes: Map<string, string>;
  /** Whether to keep the answer to a start back after it was done, as a crash would. */
  loseStartAnswers: boolean;
}

/** The code that every fake verification sends. */
export const rightCode = '482915';

const never = new Promise<never>(() => {});

async function startSister(name: string, trustedKeys: PublicJwks, add: (app: FastifyInstance) => void) {
  const app = createHttpServer({
    logger: createLogger(name, 'silent'),
    bodyLimitBytes: 4_000_000,
    requestBudgetMs: 10_000,
    ready: async () => true,
  });
  const verifyToken = createTokenVerifier(trustedKeys, name);
  const watchers = new Set<() => void>();
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    if (sister.mood === 'dead') request.raw.destroy();
    if (sister.mood === 'asleep') await never;
  });
  receiveEvents(app, verifyToken, async (events) => {
    if (sister.refuseEvents) throw new Error('events are refused');
    sister.events.push(...events);
    for (const watch of watchers) watch();
  });
  protect(app, '/graphql', verifyToken);
  add(app);
  const sister: FakeSister = {
    url: '',
    mood: 'well',
    refuseEvents: false,
    events: [],
    eventOf(type, userId) {
      const find = () => sister.events.find((event) => event.type === type && event.subject === userId);
      return new Promise((resolve) => {
        const watch = () => {
          const event = find();
          if (!event) return;
          watchers.delete(watch);
          resolve(event);
        };
        watchers.add(watch);
        watch();
      });
    },
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
  return Object.assign(sister, { url: await app.listen({ host: '127.0.0.1', port: 0 }) });
}

/** Starts a sister that only hears of events. */
export function startFakeImage(trustedKeys: PublicJwks): Promise<FakeSister> {
  return startSister('image', trustedKeys, () => {});
}

/** Starts a Messaging that answers by its committed schema. */
export async function startFakeMessaging(trustedKeys: PublicJwks): Promise<FakeMessaging> {
  const typeDefs = readFileSync(join(import.meta.dirname, '../../../messaging/schema.graphql'), 'utf8');
  const schema = buildSubgraphSchema({ typeDefs: parse(typeDefs) });
  const state: Omit<FakeMessaging, keyof FakeSister> = {
    calls: [],
    started: new Map(),
    refusedAtOnce: new Map(),
    refusedLate: new Map(),
    overBudget: new Map(),
    codes: new Map(),
    loseStartAnswers: false,
  };
  const fake: FakeMessaging = Object.assign(
    await startSister('messaging', trustedKeys, (app) => {
      app.post('/graphql', async (request) => {
        const { query, variables } = request.body as { query: string; variables: Record<string, unknown> };
        const rootValue = rootOf(state, request.caller);
        const answer = await graphql({ schema, source: query, variableValues: variables, rootValue });
        if (fake.loseStartAnswers && query.includes('startPhoneVerifications')) await never;
        return answer;
      });
    }),
    state,
  );
  return fake;
}

type Inputs = { inputs: Record<string, string>[] };

function rootOf(state: Omit<FakeMessaging, keyof FakeSister>, caller: Caller) {
  const record = (operation: string, inputs: Record<string, string>[]) => {
    state.calls.push({ operation, inputs, caller });
    return inputs;
  };
  return {
    validatePhoneNumbers: ({ inputs }: Inputs) =>
      record('validatePhoneNumbers', inputs).map(({ phoneNumber = '' }) => {
        const e164 = phoneNumber.replace(/[^\d+]/g, '').replace(/^0/, '+91');
        const rejection = state.refusedAtOnce.get(e164) ?? null;
        return { valid: rejection === null, phoneNumber: e164, rejection };
      }),
    startPhoneVerifications: ({ inputs }: Inputs) =>
      record('startPhoneVerifications', inputs).map(({ requestId = '', userId = '', phoneNumber = '' }) => {
        const retryAfterMs = state.overBudget.get(phoneNumber) ?? null;
        const rejection = retryAfterMs === null ? (state.refusedLate.get(phoneNumber) ?? null) : 'BUDGET_EXCEEDED';
        if (rejection === null) state.started.set(requestId, { userId, phoneNumber });
        const times = { codeSentAt: '2026-11-24T09:30:00.000Z', codeExpiresAt: '2026-11-24T09:40:00.000Z' };
        return { requestId, rejection, retryAfterMs, ...(rejection === null ? times : {}) };
      }),
    checkPhoneVerification: ({ inputs }: Inputs) =>
      record('checkPhoneVerification', inputs).map(({ userId, phoneNumber = '', code }) => {
        const accepted = code === (state.codes.get(phoneNumber) ?? rightCode);
        return accepted
          ? { userId, accepted, verifiedAt: '2026-11-24T09:35:00.000Z', rejection: null }
          : { userId, accepted, verifiedAt: null, rejection: 'CODE_WRONG' };
      }),
  };
}
