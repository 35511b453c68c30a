export { Registry } from 'prom-client';
export * from './plain-histogram.ts';
export * from './request-counts.ts';
export * from './series.ts';
export * from './serve-metrics.ts';
export * from './service-metrics.ts';
export * from './tallies.ts';
