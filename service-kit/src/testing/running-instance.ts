import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service's instance as a test stands in for it: a real HTTP server that does what it is told. */
export interface RunningInstance {
  readonly url: string;
  /** Answers POSTs. */
  answer: RequestListener;
  /** Answers probes, as /livez does. */
  answerProbe: RequestListener;
  /** The POSTs that arrived. */
  readonly requests: IncomingMessage[];
  /** The bodies of those that arrived in full. */
  readonly bodies: string[];
  /** The connections that were made. */
  readonly connections: () => number;
  /** Breaks all connections and refuses new ones. */
  kill(): Promise<void>;
  /** Listens again at the same port. */
  restart(): Promise<void>;
}

const running: RunningInstance[] = [];

/** Starts an instance on a free port. */
export async function startInstance(
  answer: RequestListener = (_, response) => response.end('ok'),
): Promise<RunningInstance> {
  let connections = 0;
  let port = 0;
  let server: Server | undefined;

  async function listen(): Promise<void> {
    server = createServer((request, response) => {
      if (request.method === 'GET') return instance.answerProbe(request, response);
      instance.requests.push(request);
      // A request is answered when it is there in full.
      let body = '';
      request.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      request.once('end', () => {
        instance.bodies.push(body);
        instance.answer(request, response);
      });
    });
    server.on('connection', () => connections++);
    server.listen(port, '127.0.0.1');
    await new Promise((resolve) => server?.once('listening', resolve));
    port = (server.address() as AddressInfo).port;
  }

  await listen();
  const instance: RunningInstance = {
    url: `http://127.0.0.1:${port}`,
    answer,
    answerProbe: (_, response) => response.end('alive'),
    requests: [],
    bodies: [],
    connections: () => connections,
    async kill() {
      const closed = new Promise((resolve) => server?.close(resolve));
      server?.closeAllConnections();
      await closed;
    },
    restart: listen,
  };
  running.push(instance);
  return instance;
}

/** Ends all instances of a test. */
export async function stopInstances(): Promise<void> {
  await Promise.all(running.splice(0).map((instance) => instance.kill()));
}
