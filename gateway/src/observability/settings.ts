import { address, optional, type SettingsDefinition } from '@atrium/service-kit/settings';

/** What operators see of the gateway, besides its log. */
export const observabilitySettings = {
  otlpEndpoint: optional(
    address(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'the OpenTelemetry collector that traces are sent to (OTLP over HTTP, /v1/traces is added); none are made without it',
    ),
  ),
} satisfies SettingsDefinition;
