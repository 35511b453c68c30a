import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';

/**
 * Tells where a request comes from. X-Forwarded-For counts as far as the proxies that wrote it are trusted, given as
 * addresses or CIDR ranges.
 */
export function createClientAddress(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const plain = (address: string | undefined) => (address ?? '').replace(/^::ffff:/, '');
  if (trustedProxies.length === 0) return (request) => plain(request.socket.remoteAddress);
  const trust = proxyAddress.compile([...trustedProxies]);
  return (request) => plain(proxyAddress(request, trust));
}
