import type { MessagingSettings } from './config.ts';
import type { WebhookReader } from './domain/provider-event.ts';
import { createSendGridWebhook } from './providers/send-grid-webhook.ts';
import { createTwilioWebhook } from './providers/twilio-webhook.ts';

/** The webhooks whose signatures the settings let us check; no others exist. */
export function openWebhooks(settings: MessagingSettings): WebhookReader[] {
  const { sendGridWebhookKey, webhookToleranceMs, twilioAuthToken, webhookPublicUrl } = settings;
  return [
    ...(sendGridWebhookKey
      ? [createSendGridWebhook({ publicKey: sendGridWebhookKey, toleranceMs: webhookToleranceMs })]
      : []),
    ...(twilioAuthToken && webhookPublicUrl
      ? [createTwilioWebhook({ authToken: twilioAuthToken, publicUrl: webhookPublicUrl })]
      : []),
  ];
}
