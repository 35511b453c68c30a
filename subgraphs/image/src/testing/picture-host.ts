import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server of somebody else's; what it answers is for the test to say. */
export interface PictureHost {
  /** `127.0.0.1:port`. */
  readonly host: string;
  answer: RequestListener;
  close(): Promise<void>;
}

/** Starts the server on a free port. */
export async function startPictureHost(): Promise<PictureHost> {
  const server = createServer((request, response) => host.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host: PictureHost = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (_request, response) => response.writeHead(404).end(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return host;
}
