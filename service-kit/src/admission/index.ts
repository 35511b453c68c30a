export * from './admission.ts';
export * from './admit-requests.ts';
export * from './lane.ts';
export type { DropReason, Place, Visitor } from './place.ts';
