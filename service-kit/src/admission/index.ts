export * from './admission.ts';
export * from './admit-requests.ts';
export * from './lane.ts';
export type { Visitor } from './place.ts';
