import type { Graph } from '../graph.ts';
import { accountsAndReviews } from './accounts-and-reviews.ts';

/** All graphs of the differential test. */
export const graphs: readonly Graph[] = [accountsAndReviews];
