import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** A real DNS server, over UDP, whose names are for the test to say. */
export interface NameServer {
  /** `127.0.0.1:port`. */
  readonly server: string;
  /** The addresses of a name, asked for each query; none where it does not exist. Those of IPv6 have all their groups. */
  addressesOf: (name: string) => string[];
  close(): Promise<void>;
}

/** Starts the server on a free port. */
export async function startNameServer(): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answer(query, names.addressesOf), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const names: NameServer = {
    server: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    addressesOf: () => [],
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  return names;
}

/** An answer as RFC 1035 has it, without a second's time to live. */
function answer(query: Buffer, addressesOf: (name: string) => string[]): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  const all = addressesOf(labels.join('.').toLowerCase());
  const addresses = all.filter((address) => address.includes(':') === (type === typeOfIpv6)).map(toBytes);
  const head = Buffer.from(query.subarray(0, 12));
  // A response, recursion available; a name without an address does not exist.
  head.writeUInt16BE(all.length > 0 ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.fill(0, 8);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, address.length, ...address]),
  );
  return Buffer.concat([head, query.subarray(12, at + 5), ...records]);
}

const typeOfIpv6 = 28;

function toBytes(address: string): number[] {
  if (!address.includes(':')) return address.split('.').map(Number);
  return address.split(':').flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}
