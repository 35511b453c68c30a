export { type Amount, product, sum, type Variables } from './amount.ts';
export { taken } from './conditions.ts';
export { costOf, type OperationCost } from './cost-of.ts';
export { readCosts, type SupergraphCosts } from './read-costs.ts';
