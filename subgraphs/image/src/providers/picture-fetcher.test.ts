import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PictureHost, startPictureHost } from '../testing/picture-host.ts';
import { createPictureFetcher } from './picture-fetcher.ts';

let host: PictureHost;
let address: string;
const maxBytes = 100_000;

beforeAll(async () => {
  host = await startPictureHost();
  address = `http://${host.host}/picture`;
});

afterAll(() => host.close());

function fetchPicture(from: string, options: { timeoutMs?: number; trusted?: string[]; ports?: number[] } = {}) {
  const { timeoutMs = 5_000, trusted = [host.host], ports = [80, 443] } = options;
  const fetcher = createPictureFetcher({ timeoutMs, ports: new Set(ports), allowedHosts: new Set(trusted) });
  return fetcher(from, { maxBytes, timeoutMs: () => 60_000 }).then(async (file) => {
    const bytes = await file.read();
    await file.discard();
    return bytes;
  });
}

const refusalOf = (...args: Parameters<typeof fetchPicture>) => fetchPicture(...args).then(String, ({ code }) => code);

describe('a picture at an address', () => {
  test('is fetched, over redirects too, without cookies and with nothing said of who asks', async () => {
    let seen: object = {};
    host.answer = (request, response) => {
      if (request.url !== '/final') return response.writeHead(302, { location: '/final' }).end();
      seen = request.headers;
      response.end('bytes');
    };
    expect((await fetchPicture(address)).toString()).toBe('bytes');
    expect(Object.keys(seen).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
  });

  test('is unreachable after more than three redirects, for an error, a refusal and a silent host', async () => {
    let asked = 0;
    host.answer = (_request, response) => {
      asked++;
      response.writeHead(302, { location: '/again' }).end();
    };
    expect([await refusalOf(address), asked]).toEqual(['IMAGE_URL_UNREACHABLE', 4]);
    host.answer = (_request, response) => response.writeHead(404).end();
    expect(await refusalOf(address)).toBe('IMAGE_URL_UNREACHABLE');
    host.answer = (request) => request.socket.destroy();
    expect(await refusalOf(address)).toBe('IMAGE_URL_UNREACHABLE');
    host.answer = () => {};
    expect(await refusalOf(address, { timeoutMs: 50 })).toBe('IMAGE_URL_UNREACHABLE');
    expect(await refusalOf('http://127.0.0.1:9/', { trusted: ['127.0.0.1:9'] })).toBe('IMAGE_URL_UNREACHABLE');
    expect(await refusalOf('http://nowhere.invalid/')).toBe('IMAGE_URL_UNREACHABLE');
  });

  test('is unreachable when its bytes trickle beyond the deadline or end early', async () => {
    host.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '50' });
      response.write('x');
    };
    expect(await refusalOf(address, { timeoutMs: 100 })).toBe('IMAGE_URL_UNREACHABLE');
    host.answer = (request, response) => {
      response.writeHead(200, { 'content-length': '50' });
      response.write('x', () => request.socket.destroy());
    };
    expect(await refusalOf(address)).toBe('IMAGE_URL_UNREACHABLE');
  });

  test('is too large by what it declares, and by what it sends', async () => {
    host.answer = (_request, response) => response.writeHead(200, { 'content-length': String(maxBytes + 1) }).end();
    expect(await refusalOf(address)).toBe('IMAGE_TOO_LARGE');
    host.answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000)));
        response.once('drain', more);
      };
      more();
    };
    expect(await refusalOf(address)).toBe('IMAGE_TOO_LARGE');
  });
});

describe('an address inside', () => {
  test('is refused however it is written', async () => {
    const inside = [
      'http://127.0.0.1/',
      'http://localhost/',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://0.0.0.0/',
      'http://[::1]/',
      'http://[::]/',
      'http://[::ffff:127.0.0.1]/',
      'http://[fd00::1]/',
      'http://[fe80::1]/',
      'http://[64:ff9b::7f00:1]/',
      'http://10.0.0.1/',
      'http://172.16.0.1/',
      'http://192.168.0.1/',
      'http://100.64.0.1/',
      'http://169.254.169.254/latest/meta-data/',
      'https://127.0.0.1/',
    ];
    for (const from of inside) expect([from, await refusalOf(from)]).toEqual([from, 'IMAGE_URL_NOT_ALLOWED']);
    expect(await refusalOf(address, { trusted: [], ports: [Number(new URL(address).port)] })).toBe(
      'IMAGE_URL_NOT_ALLOWED',
    );
  });

  test('is refused behind a redirect too, and a redirect is no way round any other rule', async () => {
    const targets = ['http://127.0.0.1/', '//169.254.169.254/', 'file:///etc/passwd', 'http://a:b@example.com/'];
    for (const location of [...targets, 'http://example.com:22/', 'data:image/png;base64,AAAA']) {
      host.answer = (_request, response) => response.writeHead(307, { location }).end();
      expect([location, await refusalOf(address)]).toEqual([location, 'IMAGE_URL_NOT_ALLOWED']);
    }
  });

  test('is reached only at the very port that the settings trust', async () => {
    host.answer = (_request, response) => response.end('inside');
    const other = host.host.replace(/\d+$/, '1');
    expect(await refusalOf(address, { trusted: [other] })).toBe('IMAGE_URL_NOT_ALLOWED');
  });
});
