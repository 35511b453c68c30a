import { collectDefaultMetrics, Registry } from 'prom-client';
import { createHostCheck } from '../host-check.ts';
import type { MetricsAccess } from './serve-metrics.ts';

/** What a service tells Prometheus, and whom. Every part of the service shows its numbers in the one registry. */
export interface ServiceMetrics {
  readonly registry: Registry;
  readonly access: MetricsAccess;
}

/** The metrics of a service that is reached by its own machine's names; those of its process are in them already. */
export function createServiceMetrics(settings: {
  mode: 'production' | 'development';
  metricsToken: string | undefined;
}): ServiceMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    access: {
      development: settings.mode === 'development',
      token: settings.metricsToken,
      hostAllowed: createHostCheck(),
    },
  };
}
