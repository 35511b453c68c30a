import type { Lane } from '@atrium/service-kit/admission';
import { openSeries, type ServiceMetrics } from '@atrium/service-kit/metrics';
import type { VariantCounts } from './domain/variant-counts.ts';

/** Shows what became of requests for variants, and who waits for one to be made. */
export function exposeVariants({ registry }: ServiceMetrics, counts: VariantCounts, lane: Lane): void {
  const series = openSeries(registry, 'atrium_image_');
  series.counter('variants_made_total', 'Variants made, each by one decode.', [], () => [[{}, counts.made]]);
  series.counter(
    'copies_made_again_total',
    'Smaller copies that had made room and were needed for a variant.',
    [],
    () => [[{}, counts.copied]],
  );
  series.counter('variants_found_total', 'Variants sent from what was kept.', [], () => [[{}, counts.found]]);
  series.counter('variants_shared_total', 'Requests that waited for a variant which another had made.', [], () => [
    [{}, counts.shared],
  ]);
  series.gauge('variants_running', 'Variants that are being made.', [], () => [[{}, lane.running]]);
  series.gauge('variants_waiting', 'Variants that wait to be made.', [], () => [[{}, lane.waiting]]);
  series.counter('variants_dropped_total', 'Variants that were not made for want of time or room.', ['reason'], () =>
    Object.entries(lane.dropped).map(([reason, count]) => [{ reason }, count]),
  );
  series.histogram('variant_wait_seconds', 'Time that those variants waited which were made.', () => [
    [{}, lane.waits],
  ]);
}
