import type { MessagingSettings } from './config.ts';
import type { MessageProvider } from './domain/ports.ts';
import type { ProviderSettings } from './provider-settings.ts';

type Shared = Pick<MessagingSettings, 'providerTimeoutMs' | 'deliveryConcurrency'>;

// Each brings a library or a pool, which only those who use it should load.

/** E-mail by SendGrid. */
export async function openSendGrid(settings: ProviderSettings & Shared): Promise<MessageProvider> {
  const { createSendGridProvider } = await import('./providers/send-grid.ts');
  return createSendGridProvider({
    apiKey: given(settings.sendGridApiKey),
    baseUrl: settings.sendGridBaseUrl,
    from: { email: given(settings.emailFrom), name: settings.emailFromName },
    timeoutMs: settings.providerTimeoutMs,
    sandbox: settings.sendGridSandbox === 'true',
  });
}

/** E-mail by a mail server. */
export async function openSmtp(settings: ProviderSettings & Shared): Promise<MessageProvider> {
  const { createSmtpProvider } = await import('./providers/smtp.ts');
  return createSmtpProvider({
    url: given(settings.smtpUrl),
    plaintextAllowed: settings.smtpPlaintext === 'true',
    from: { email: given(settings.emailFrom), name: settings.emailFromName },
    timeoutMs: settings.providerTimeoutMs,
    connections: settings.deliveryConcurrency,
  });
}

/** SMS by Twilio. */
export async function openTwilio(settings: ProviderSettings & Shared): Promise<MessageProvider> {
  const { createTwilioProvider } = await import('./providers/twilio.ts');
  return createTwilioProvider({
    accountSid: given(settings.twilioAccountSid),
    authToken: given(settings.twilioAuthToken),
    from: given(settings.twilioFrom),
    baseUrl: settings.twilioBaseUrl,
    statusCallbackUrl: settings.webhookPublicUrl && `${settings.webhookPublicUrl}/webhooks/twilio`,
    timeoutMs: settings.providerTimeoutMs,
    connections: settings.deliveryConcurrency,
  });
}

/** A setting that readConfig has seen to. */
function given(value: string | undefined): string {
  if (value === undefined) throw new Error('A setting of the chosen provider is missing.');
  return value;
}
