import { PictureRefusal } from '../domain/user-error.ts';

/** Which addresses are fetched from. */
export interface AddressRules {
  readonly ports: ReadonlySet<number>;
  readonly allowedHosts: ReadonlySet<string>;
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
  if (!url)
    throw new PictureRefusal('INVALID_FORMAT', 'This is no address. Give one such as https://example.com/asha.jpg.');
  const defaultPort = defaultPorts[url.protocol];
  if (defaultPort === undefined) throw notAllowed('Give an address that begins with https:// or http://.');
  if (url.username !== '' || url.password !== '') throw notAllowed('Give an address without a user name and password.');
  const port = url.port === '' ? defaultPort : Number(url.port);
  const trusted = rules.allowedHosts.has(`${url.hostname}:${port}`);
  if (!trusted && !rules.ports.has(port)) {
    throw notAllowed(`Pictures are fetched from the ports ${[...rules.ports].join(', ')} only.`);
  }
  return { url, trusted };
}

function notAllowed(message: string): PictureRefusal {
  return new PictureRefusal('IMAGE_URL_NOT_ALLOWED', message);
}
