import dns, { type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isGlobalIpv6, notAllowed } from './picture-address.ts';

/** Looks names up at the DNS servers given, and nowhere else: neither the machine's own nor its list of hosts is asked. */
export function createNameLookup(servers: readonly string[]): LookupFunction {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers(servers);

  async function resolve(hostname: string): Promise<LookupAddress[]> {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
    return [
      ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
      ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
    ];
  }

  return (hostname, { all }, done) => {
    resolve(hostname).then(
      (found) => {
        if (all) done(null, found);
        else done(null, found[0]?.address ?? '', found[0]?.family);
      },
      (error) => done(error, all ? [] : ''),
    );
  };
}

/** A look-up that refuses names which lead to an IPv6 address outside of what is assigned to the public. */
export function refuseOtherIpv6(lookup: LookupFunction = dns.lookup): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found : [{ address: found, family }];
      const isInside = addresses.some((each) => each.family === 6 && !isGlobalIpv6(each.address));
      done(error ?? (isInside ? notAllowed() : null), found, family);
    });
  };
}
