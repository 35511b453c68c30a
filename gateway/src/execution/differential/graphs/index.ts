import type { Graph } from '../graph.ts';
import { accountsAndReviews } from './accounts-and-reviews.ts';
import { atrium } from './atrium.ts';
import { catalogue } from './catalogue.ts';
import { chains } from './chains.ts';
import { contexts } from './contexts.ts';
import { hidden } from './hidden.ts';
import { inputs } from './inputs.ts';
import { lending } from './lending.ts';
import { media } from './media.ts';
import { nulls } from './nulls.ts';
import { orders } from './orders.ts';
import { scopes } from './scopes.ts';
import { sharing } from './sharing.ts';
import { unions } from './unions.ts';

/** All graphs of the differential test. */
export const graphs: readonly Graph[] = [
  accountsAndReviews,
  catalogue,
  chains,
  contexts,
  hidden,
  inputs,
  lending,
  media,
  nulls,
  orders,
  scopes,
  sharing,
  unions,
  atrium,
];
