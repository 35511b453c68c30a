import { PictureRefusal } from '../domain/user-error.ts';

/** Which addresses are fetched from. */
export interface AddressRules {
  readonly ports: ReadonlySet<number>;
  /** `host:port` pairs that are fetched from wherever they lie; for development and tests. */
  readonly allowedHosts: ReadonlySet<string>;
  /** Where any are given, nothing else is fetched from; one with a dot in front stands for all names below it. */
  readonly onlyHosts: readonly string[];
}

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443 };

/**
 * Judges an address, or a redirect's place relative to `base`, by its form alone; where its name leads is judged when
 * it is connected to, unless the settings trust it.
 */
export function judgeAddress(
  address: string,
  base: URL | undefined,
  rules: AddressRules,
): { url: URL; trusted: boolean } {
  const url = URL.parse(address, base?.href);
  if (!url) {
    if (base || /^https?:/i.test(address)) throw notAllowed();
    throw new PictureRefusal('INVALID_FORMAT', 'This is no address. Give one such as https://example.com/asha.jpg.');
  }
  const defaultPort = defaultPorts[url.protocol];
  if (defaultPort === undefined || url.username !== '' || url.password !== '') throw notAllowed();
  const port = url.port === '' ? defaultPort : Number(url.port);
  if (rules.allowedHosts.has(`${url.hostname}:${port}`)) return { url, trusted: true };
  if (!rules.ports.has(port) || !isListed(url.hostname, rules.onlyHosts)) throw notAllowed();
  if (url.hostname.startsWith('[') && !isGlobalIpv6(url.hostname.slice(1))) throw notAllowed();
  return { url, trusted: false };
}

/**
 * Whether an IPv6 address in its short form lies in 2000::/3, where all that is assigned to the public lies. What embeds
 * an IPv4 address in front of it (`::127.0.0.1`) passes for public with many libraries.
 */
export function isGlobalIpv6(address: string): boolean {
  return /^[23][0-9a-f]{3}:/i.test(address);
}

function isListed(hostname: string, onlyHosts: readonly string[]): boolean {
  const host = hostname.replace(/\.$/, '');
  return (
    onlyHosts.length === 0 || onlyHosts.some((only) => (only.startsWith('.') ? host.endsWith(only) : host === only))
  );
}

/**
 * The one refusal of whatever is not fetched from. It does not tell a private address from a name that does not exist or
 * a port that is not asked: who reads it learns nothing of the network that this service stands in.
 */
export function notAllowed(): PictureRefusal {
  const message =
    'No picture is fetched from this address: give a public one such as https://example.com/asha.jpg, or send the picture itself.';
  return new PictureRefusal('IMAGE_URL_NOT_ALLOWED', message);
}
