import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type NameServer, startNameServer } from '../testing/name-server.ts';
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

interface Options {
  timeoutMs?: number;
  trusted?: string[];
  ports?: number[];
  onlyHosts?: string[];
  dnsServers?: string[];
}

function fetchPicture(from: string, options: Options = {}) {
  const { timeoutMs = 5_000, trusted = [host.host], ports = [80, 443], onlyHosts = [], dnsServers = [] } = options;
  const fetcher = createPictureFetcher({
    ...{ timeoutMs, ports: new Set(ports), allowedHosts: new Set(trusted), onlyHosts, dnsServers },
    speed: { bytesPerSecond: 1_000, windowMs: 200 },
  });
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

  test('is unreachable after more than five redirects, for an error, a refusal and a silent host', async () => {
    let asked = 0;
    host.answer = (_request, response) => {
      asked++;
      response.writeHead(302, { location: '/again' }).end();
    };
    expect([await refusalOf(address), asked]).toEqual(['IMAGE_URL_UNREACHABLE', 6]);
    host.answer = (_request, response) => response.writeHead(404).end();
    expect(await refusalOf(address)).toBe('IMAGE_URL_UNREACHABLE');
    host.answer = (request) => request.socket.destroy();
    expect(await refusalOf(address)).toBe('IMAGE_URL_UNREACHABLE');
    host.answer = () => {};
    expect(await refusalOf(address, { timeoutMs: 50 })).toBe('IMAGE_URL_UNREACHABLE');
    expect(await refusalOf('http://127.0.0.1:9/', { trusted: ['127.0.0.1:9'] })).toBe('IMAGE_URL_UNREACHABLE');
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

  test('is unreachable when it comes too slowly, long before its time is over', async () => {
    host.answer = (_request, response) => {
      const trickle = setInterval(() => response.write('x'), 20);
      response.once('close', () => clearInterval(trickle));
    };
    expect(await refusalOf(address, { timeoutMs: 60_000 })).toBe('IMAGE_URL_UNREACHABLE');
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

describe('an address that is not fetched from', () => {
  const port = () => Number(new URL(address).port);
  let names: NameServer;
  let insideAsked: number;

  beforeAll(async () => {
    names = await startNameServer();
  });

  beforeEach(() => {
    insideAsked = 0;
    host.answer = (_request, response) => {
      insideAsked++;
      response.end('inside');
    };
  });

  afterAll(() => names.close());

  /** What a fetch is refused with, in full; its port is one that pictures are fetched from. */
  const refused = (from: string, options: Options = {}) =>
    fetchPicture(from, { trusted: [], ports: [port(), 80, 443], ...options }).then(
      (bytes) => `fetched ${bytes}`,
      ({ code, message }) => `${code} ${message}`,
    );

  const theRefusal = expect.stringMatching(
    /^IMAGE_URL_NOT_ALLOWED No picture is fetched from this address: [^:]*https:[^:]*$/,
  );

  /** Every notation that this machine or some resolver may take for an address inside; `:0` stands for the port. */
  const inside = [
    ...['127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '127.255.255.254', '2130706433', '0x7f000001', '0x7f.1'],
    ...['0x7F.0x0.0x0.0x1', '0177.0.0.1', '0177.0x0.1', '017700000001', '127.0.0.0x1', '0', '0.0.0.0', '0.1.2.3'],
    ...['①②⑦.⓪.⓪.①', '１２７.0.0.1', '127。0。0。1', '%31%32%37.0.0.1', '127%2e0%2e0%2e1'],
    ...[
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '3232235521',
      '100.64.0.1',
      '192.0.0.1',
      '198.18.0.1',
    ],
    ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
    ...[
      '169.254.169.254',
      '0xA9FEA9FE',
      '2852039166',
      '169.254.170.2',
      '100.100.100.200',
      '192.0.0.192',
      '168.63.129.16',
    ],
    ...['[::1]', '[0:0:0:0:0:0:0:1]', '[::]', '[::127.0.0.1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
    ...['[0:0:0:0:0:ffff:127.0.0.1]', '[::ffff:0:127.0.0.1]', '[::ffff:169.254.169.254]', '[64:ff9b::127.0.0.1]'],
    ...[
      '[64:ff9b:1::7f00:1]',
      '[2002:7f00:1::]',
      '[2002:a9fe:a9fe::]',
      '[2001:0:7f00:1::]',
      '[2001:db8::1]',
      '[100::1]',
    ],
    ...[
      '[fe80::1]',
      '[fec0::1]',
      '[fc00::1]',
      '[fd00:ec2::254]',
      '[ff02::1]',
      '[2001:10::1]',
      '[5f00::1]',
      '[3fff::1]',
    ],
    ...['[::1%25lo]', '[fe80::1%25eth0]', '[fe80::1%lo]', '[::1'],
    ...['localhost', 'LOCALHOST', 'localhost.', 'LocalHost.', 'ip6-localhost', 'a.localhost', 'localhost.localdomain'],
    ...['metadata.google.internal', 'metadata', 'instance-data', 'nowhere.invalid', 'kubernetes.default.svc'],
    ...['user@127.0.0.1', 'user:secret@127.0.0.1', 'example.com@127.0.0.1', 'user@example.com'],
  ].map((place) => `http://${place}:0/latest/meta-data/`);
  const odd = [
    ...['http:127.0.0.1:0', 'http:/127.0.0.1:0', 'http:\\\\127.0.0.1:0', 'http:///127.0.0.1:0', ' http://127.0.0.1:0/'],
    ...[
      'http://127.0.0.1:0\\@example.com/',
      'http://127.0.0.1:0#@example.com/',
      'http://1\t27.0.0.1:0/',
      'HTTP://127.0.0.1:0/',
    ],
    ...[
      'http://localhost%00.example.com/',
      'http://127.0.0.1%00.example.com/',
      'https://127.0.0.1:0/',
      'http://example.com:22/',
    ],
    ...[
      'http://example.com:6379/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'gopher://127.0.0.1:0/',
      'data:image/png;base64,AA==',
    ],
  ];
  const table = () => [...inside, ...odd].map((from) => from.replace(':0', `:${port()}`));

  test('is refused with one and the same words, however it is written', async () => {
    expect(table().length).toBeGreaterThan(100);
    // Asked of this machine, and of a name server for which every name leads inside, and those of example.com outside.
    names.addressesOf = (name) => (name.endsWith('example.com') ? ['1.1.1.1'] : ['127.0.0.1']);
    for (const options of [{}, { dnsServers: [names.server], timeoutMs: 500 }]) {
      const answers = await Promise.all(table().map(async (from) => [from, await refused(from, options)]));
      expect(answers).toEqual(table().map((from) => [from, theRefusal]));
      expect(new Set(answers.map(([, answer]) => answer)).size).toBe(1);
    }
    expect(insideAsked).toBe(0);
  });

  test('is refused behind a redirect too, at the first and at the last', async () => {
    const hops = (location: string) => {
      host.answer = ({ url }, response) => {
        const left = Number(url?.slice(1));
        if (Number.isNaN(left)) insideAsked++;
        const next = left > 0 ? `/${left - 1}` : location;
        response.writeHead(302, { location: encodeURI(next).replaceAll('%25', '%') }).end();
      };
    };
    names.addressesOf = () => ['127.0.0.1'];
    const options = { trusted: [`start.test:${port()}`], dnsServers: [names.server] };
    // A place that is relative to the address before it is a place there, not inside.
    const absolute = table().filter((from) => /^[a-z]+:\/\/|^data:/i.test(from) && !/\t/.test(from));
    for (const [i, location] of absolute.entries()) {
      hops(location);
      const start = `http://start.test:${port()}/${i % 5}`;
      expect([location, await refused(start, options)]).toEqual([location, theRefusal]);
    }
    hops(`//127.0.0.1:${port()}/`);
    expect(await refused(`http://start.test:${port()}/1`, options)).toEqual(theRefusal);
    expect(insideAsked).toBe(0);
  });

  test('is known by where its name leads at the moment of connecting', async () => {
    const options = { dnsServers: [names.server], timeoutMs: 300 };
    const leading: Record<string, string[]> = {
      'inside.test': ['127.0.0.1'],
      'meta.test': ['169.254.169.254'],
      'both.test': ['1.1.1.1', '127.0.0.1'],
      'compatible.test': ['0:0:0:0:0:0:7f00:1'],
      'unassigned.test': ['4000:0:0:0:0:0:0:1'],
      'mapped.test': ['1.1.1.1', '0:0:0:0:0:ffff:7f00:1'],
    };
    names.addressesOf = (name) => leading[name] ?? [];
    for (const name of [...Object.keys(leading), 'nowhere.test']) {
      expect([name, await refused(`http://${name}:${port()}/`, options)]).toEqual([name, theRefusal]);
    }
    // Rebinding: public whenever it is asked for the first time, inside from then on.
    // It is asked for both kinds of address each time.
    let asked = 0;
    names.addressesOf = () => (asked++ < 2 ? ['1.1.1.1'] : ['127.0.0.1']);
    expect(await refused(`http://rebind.test:${port()}/`, options)).toMatch(/^IMAGE_URL_UNREACHABLE /);
    expect(await refused(`http://rebind.test:${port()}/`, options)).toEqual(theRefusal);
    expect([asked, insideAsked]).toEqual([4, 0]);
    // The same way leads to the server where nothing is in the way.
    const trusted = [`inside.test:${port()}`];
    names.addressesOf = () => ['127.0.0.1'];
    expect(await refused(`http://inside.test:${port()}/`, { ...options, trusted })).toBe('fetched inside');
  });

  test('is every one but those that the settings name', async () => {
    names.addressesOf = () => ['1.1.1.1'];
    const options = { onlyHosts: ['one.test', '.below.test'], dnsServers: [names.server], timeoutMs: 100 };
    const listed = ['one.test', 'one.test.', 'ONE.test', 'a.below.test', 'a.b.below.test'];
    for (const name of listed) {
      expect([name, await refused(`http://${name}/`, options)]).toEqual([
        name,
        expect.stringMatching(/^IMAGE_URL_UNREACHABLE/),
      ]);
    }
    for (const name of ['other.test', 'a.one.test', 'below.test', 'xbelow.test', 'one.test.evil.test', '1.1.1.1']) {
      expect([name, await refused(`http://${name}/`, options)]).toEqual([name, theRefusal]);
    }
  });

  test('is trusted only at the very port that the settings name', async () => {
    const other = host.host.replace(/\d+$/, '1');
    expect(await refused(address, { trusted: [other] })).toEqual(theRefusal);
    expect(await refused(address, { trusted: [host.host] })).toBe('fetched inside');
  });
});
