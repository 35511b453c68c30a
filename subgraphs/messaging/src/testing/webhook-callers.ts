import { type FakeSendGrid, startFakeSendGrid } from './fake-send-grid.ts';
import { type FakeTwilio, startFakeTwilio } from './fake-twilio.ts';
import { type RunningMessaging, startRunningMessaging } from './running-messaging.ts';
import { makeSendGridSigner, twilioSignature } from './sign-webhook.ts';

/** A Messaging that sends by SendGrid and Twilio, and both of them, who tell it what became of messages. */
export interface WebhookCallers {
  readonly messaging: RunningMessaging;
  readonly sendGrid: FakeSendGrid;
  readonly twilio: FakeTwilio;
  /** Tells events as SendGrid does; answers the status. */
  tellSendGrid(events: object[], signedAt?: number): Promise<number>;
  /** Where Twilio tells replies; what became of a message it tells where the message said. */
  readonly replyAddress: string;
  /** Calls an address as Twilio does. */
  callBack(address: string, fields: Record<string, string>): Promise<number>;
  close(): Promise<void>;
}

const authToken = 'twilio-token';
const publicUrl = 'https://atrium.test';

/** Starts all three; `overrides` are environment variables of Messaging. */
export async function startWebhookCallers(overrides: Record<string, string> = {}): Promise<WebhookCallers> {
  const signer = makeSendGridSigner();
  const [sendGrid, twilio] = await Promise.all([startFakeSendGrid(), startFakeTwilio()]);
  const messaging = await startRunningMessaging({
    EMAIL_PROVIDERS: 'sendgrid',
    SENDGRID_API_KEY: 'SG.test',
    SENDGRID_BASE_URL: sendGrid.url,
    EMAIL_FROM: 'no-reply@atrium.test',
    SENDGRID_WEBHOOK_KEY: signer.publicKey,
    SMS_PROVIDERS: 'twilio',
    TWILIO_ACCOUNT_SID: 'AC0123456789abcdef0123456789abcdef',
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: twilio.url,
    WEBHOOK_PUBLIC_URL: publicUrl,
    ...overrides,
  });
  return {
    messaging,
    sendGrid,
    twilio,
    async tellSendGrid(events, signedAt) {
      const body = JSON.stringify(events);
      const headers = signer.headersFor(body, signedAt);
      return (await fetch(`${messaging.url()}/webhooks/sendgrid`, { method: 'POST', headers, body })).status;
    },
    replyAddress: `${publicUrl}/webhooks/twilio`,
    async callBack(address, fields) {
      const { pathname, search } = new URL(address);
      const response = await fetch(messaging.url() + pathname + search, {
        method: 'POST',
        headers: { 'x-twilio-signature': twilioSignature(authToken, address, fields) },
        body: new URLSearchParams(fields),
      });
      return response.status;
    },
    async close() {
      await messaging.close();
      await Promise.all([sendGrid.close(), twilio.close()]);
    },
  };
}
