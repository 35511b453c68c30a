import type { Operation } from './answers.ts';

/** Something that @apollo/query-planner plans wrongly, so that whoever runs its plans answers wrongly. */
export interface PlannerFault {
  name: string;
  reason: string;
  /** Whether an operation meets it. */
  meets(operation: Operation): boolean;
  /** A small case that shows it, so that the list cannot rot. */
  example: { graph: string; document: string; variables?: Record<string, unknown> };
}

/** The known faults of the planner. */
export const plannerFaults: readonly PlannerFault[] = [];
