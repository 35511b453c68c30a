export { type Composition, compose, composeConfiguration, composeFile } from './compose.ts';
export { readConfiguration, type SubgraphSource } from './configuration.ts';
export { CompositionFault, type Fault } from './faults.ts';
