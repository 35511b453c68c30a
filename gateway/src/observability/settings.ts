import { address, optional, type SettingsDefinition, secretText } from '@atrium/service-kit/settings';

/** What operators see of the gateway, besides its log. */
export const observabilitySettings = {
  metricsToken: optional(
    secretText('METRICS_TOKEN', 'the bearer token for /metrics; without it /metrics is served in development only'),
  ),
  otlpEndpoint: optional(
    address(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'the OpenTelemetry collector that traces are sent to (OTLP over HTTP, /v1/traces is added); none are made without it',
    ),
  ),
} satisfies SettingsDefinition;
