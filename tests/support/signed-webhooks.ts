import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

/** A key pair as SendGrid makes one for its webhook; `publicKey` is how it shows it. */
export function makeSendGridSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    /** The headers that SendGrid sends with these bytes. */
    headersFor(body: string): Record<string, string> {
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = sign('sha256', Buffer.from(timestamp + body), privateKey).toString('base64');
      return {
        'content-type': 'application/json',
        'x-twilio-email-event-webhook-timestamp': timestamp,
        'x-twilio-email-event-webhook-signature': signature,
      };
    },
  };
}

/** The header that Twilio sends: names sorted, each with its value, after the address. */
export function twilioSignature(authToken: string, url: string, fields: Record<string, string>): string {
  const text = Object.keys(fields)
    .sort()
    .reduce((signed, name) => signed + name + fields[name], url);
  return createHmac('sha1', authToken).update(text).digest('base64');
}
