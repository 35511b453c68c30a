import { Agent, request } from 'node:http';

/** What a load does. */
export interface LoadOptions {
  /** Where the next request goes. */
  url: string | (() => string);
  /** How many ask at once, each on a connection of its own that is kept alive. */
  clients: number;
  /** The body of the request of this turn; turns count through all clients. */
  ask: (turn: number) => object;
  /** Whether an answer is right. */
  judge: (answer: unknown, turn: number) => boolean;
  headers?: Record<string, string>;
}

/** Requests that follow each other without a pause until they are stopped. */
export interface Load {
  /** Waits until so many were answered. */
  reached(count: number): Promise<void>;
  /** Lets what is under way finish; tells how many were answered and what went wrong with the others. */
  stop(): Promise<{ answered: number; failures: string[] }>;
}

/** Starts a load. */
export function startLoad(options: LoadOptions): Load {
  const { url, clients, ask, judge, headers = {} } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const failures: string[] = [];
  let turns = 0;
  let answered = 0;
  let stopping = false;

  async function runClient(): Promise<void> {
    while (!stopping) {
      const turn = turns++;
      try {
        const answer = await send(typeof url === 'string' ? url : url(), ask(turn), headers, agent);
        answered += 1;
        if (answer.status !== 200 || !judge(JSON.parse(answer.text), turn)) {
          failures.push(`${answer.status} ${answer.text.slice(0, 300)}`);
        }
      } catch (error) {
        failures.push((error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
  }

  const running = Promise.all(Array.from({ length: clients }, runClient));
  return {
    async reached(count) {
      while (answered < count) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async stop() {
      stopping = true;
      await running;
      agent.destroy();
      return { answered, failures };
    },
  };
}

function send(
  url: string,
  body: object,
  headers: Record<string, string>,
  agent: Agent,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', ...headers },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    outgoing.end(JSON.stringify(body));
  });
}
