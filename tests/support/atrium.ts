import { type Answer, dataOf, send } from './graphql-client.ts';
import { operation } from './operations.ts';

/** Something the caller can mend. */
export interface UserError {
  code: string;
  field: string[] | null;
  message: string;
}

/** A user as operations/*.graphql ask for them; what an operation leaves out is undefined. */
export interface User {
  id: string;
  name: string;
  phoneNumber: string | null;
  country: string;
  location: string | null;
  locale: string | null;
  version: number;
  phoneVerification: { status: string; verifiedAt: string | null; failure: string | null } | null;
  avatar: Picture | null;
  images: { edges: { node: Picture }[] } | null;
  messages: { edges: { node: Message }[] } | null;
}

/** An image as operations/*.graphql ask for it. */
export interface Picture {
  id: string;
  url: string;
  width: number;
  height: number;
  contentType: string;
  sizeBytes: number;
  sha256: string;
}

/** A message as operations/*.graphql ask for it. */
export interface Message {
  id: string;
  operation: string;
  recipient: string;
  status: string;
  locale: string;
}

/** The variables of createUser. */
export interface NewUser {
  name: string;
  phoneNumber: string;
  country: string;
  location?: string;
  email?: string;
  locale?: string;
  idempotencyKey?: string;
}

/** A client of the public graph: the gateway's address and an API key. */
export type Atrium = ReturnType<typeof openAtrium>;

/** Opens the public graph with an API key; each method sends the operation of its name from operations/. */
export function openAtrium({ gatewayUrl, apiKey }: { gatewayUrl: string; apiKey: string }) {
  const url = `${gatewayUrl}/graphql`;
  const headers = { 'x-api-key': apiKey };

  function query<Data>(document: string, variables: object = {}): Promise<Answer<Data>> {
    return send<Data>(url, headers, document, variables);
  }

  async function mutate<Payload>(name: string, field: string, input: object): Promise<Payload> {
    const data = dataOf(await query<Record<string, Payload | null>>(operation(name), { input }));
    const payload = data[field];
    if (!payload) throw new Error(`${field} answered without a payload`);
    return payload;
  }

  return {
    url,
    headers,
    query,
    createUser: (input: NewUser) =>
      mutate<{ user: User | null; userErrors: UserError[] }>('create-user', 'createUser', input),
    verifyPhone: (input: { userId: string; code: string }) =>
      mutate<{ user: User | null; userErrors: UserError[] }>('verify-phone', 'verifyPhone', input),
    deleteUser: (input: { id: string; expectedVersion?: number }) =>
      mutate<{ deletedUserId: string | null; userErrors: UserError[] }>('delete-user', 'deleteUser', input),
    uploadImage: (input: object) =>
      mutate<{ image: Picture | null; userErrors: UserError[] }>('upload-image', 'uploadImage', input),
    async user(id: string): Promise<User | null> {
      return dataOf(await query<{ user: User | null }>(operation('user'), { id })).user;
    },
    /** A user who must come to be. */
    async newUser(input: NewUser): Promise<User> {
      const { user, userErrors } = await this.createUser(input);
      if (!user) throw new Error(`createUser refused: ${JSON.stringify(userErrors)}`);
      return user;
    },
    async countUsers(): Promise<number> {
      return dataOf(await query<{ users: { totalCount: number } }>('{ users(first: 1) { totalCount } }')).users
        .totalCount;
    },
  };
}
