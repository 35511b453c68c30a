/** Whether a Host header names this service. */
export type HostCheck = (host: string | undefined) => boolean;

/**
 * A check that stops DNS rebinding: a hostile page whose name was pointed at 127.0.0.1 could otherwise read what is
 * shown without a key. The machine's own names always count, and that of the public address where there is one. Ports
 * do not matter, names do.
 */
export function createHostCheck(publicUrl?: string): HostCheck {
  const names = new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname]),
  ]);
  return (host) => {
    const url = URL.parse(`http://${host ?? ''}`);
    // What is more than a name and a port, such as user@name, is not a host.
    return url !== null && url.host !== '' && /^[\w.:[\]-]+$/.test(host ?? '') && names.has(url.hostname);
  };
}
