// The bare server: sends files of a folder with the headers that pictures have, and knows nothing else.
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

process.on('disconnect', () => process.exit());
const { FOLDER = '.', PORT } = process.env;

const server = createServer(async (request, response) => {
  const file = await open(join(FOLDER, request.url ?? ''));
  const { size, mtime } = await file.stat();
  response.writeHead(200, {
    'content-type': 'image/webp',
    'content-length': size,
    'cache-control': 'public, max-age=82800',
    'last-modified': mtime.toUTCString(),
    etag: `"${size}-${mtime.getTime()}"`,
  });
  file.createReadStream().pipe(response);
});
server.listen(Number(PORT), '127.0.0.1', () => process.send?.('ready'));
