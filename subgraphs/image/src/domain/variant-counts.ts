/** What became of requests for variants. */
export class VariantCounts {
  /** Sent from what was kept. */
  found = 0;
  /** Made, each by one decode. */
  made = 0;
  /** Copies that had to be made again for a variant to be made from. */
  copied = 0;
  /** Shared with somebody who had it made at the same time. */
  shared = 0;
}
