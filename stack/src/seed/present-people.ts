import type { Graph } from './graph.ts';
import { listUsers } from './operations.ts';

/** How far somebody who is in the graph has come. */
export interface PresentPerson {
  id: string;
  verified: boolean;
  hasAvatar: boolean;
  hasMail: boolean;
}

interface Page {
  edges: {
    node: {
      id: string;
      phoneNumber: string | null;
      phoneVerification: { status: string } | null;
      avatar: { id: string } | null;
      messages: { edges: { node: { channel: string } }[] } | null;
    };
  }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/**
 * Those of these phone numbers (E.164) that are in the graph already. Idempotency keys alone would know them for a day
 * only, and not what an interrupted run left undone.
 */
export async function findPresentPeople(
  graph: Graph,
  phoneNumbers: ReadonlySet<string>,
): Promise<Map<string, PresentPerson>> {
  const found = new Map<string, PresentPerson>();
  for (let after: string | null = null; found.size < phoneNumbers.size; ) {
    const { edges, pageInfo }: Page = await graph.ask<Page>(listUsers, { after });
    for (const { node } of edges) {
      if (node.phoneNumber && phoneNumbers.has(node.phoneNumber)) found.set(node.phoneNumber, present(node));
    }
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return found;
}

function present({ id, phoneVerification, avatar, messages }: Page['edges'][number]['node']): PresentPerson {
  return {
    id,
    verified: phoneVerification?.status === 'VERIFIED',
    hasAvatar: avatar !== null,
    hasMail: messages?.edges.some(({ node }) => node.channel === 'EMAIL') ?? false,
  };
}
