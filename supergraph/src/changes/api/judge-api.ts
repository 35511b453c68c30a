import { type Change, diff } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import { type Affected, type Finding, type Place, severityOf } from '../../findings/finding.ts';
import { Complaints } from '../../use/complaints.ts';
import { affectedBy, type Operation } from '../../use/operation.ts';
import { type Use, Uses } from '../../use/uses.ts';
import { argumentJudges } from './arguments.ts';
import { fieldJudges } from './fields.ts';
import { inputJudges } from './inputs.ts';
import type { ChangeKind, Circumstances, Judge, Judgement, Judges } from './judgement.ts';
import { rootJudges } from './roots.ts';
import { typeJudges } from './types.ts';

const judges: Judges = { ...fieldJudges, ...argumentJudges, ...inputJudges, ...typeJudges, ...rootJudges };

/** A public schema and what it becomes, those who use it, and where its elements stand. */
export interface ApiChange {
  before: GraphQLSchema;
  after: GraphQLSchema;
  operations: readonly Operation[];
  /** Where an element stands in the schemas' files: that of the new one, or else of the old one. */
  placeOf(coordinate: string): Place | undefined;
}

/**
 * What the changes of a public schema mean to those who use it. @graphql-inspector says what changed; whether that
 * breaks anybody is judged by the operations: what they select, give, leave out, and what their variables may carry.
 */
export async function judgeApi({ before, after, operations, placeOf }: ApiChange): Promise<Finding[]> {
  const complaintsBefore = new Complaints(operations, before);
  // An operation that is not valid before either says nothing about the change.
  const valid = operations.filter((operation) => complaintsBefore.of(operation).length === 0);
  const complaints = new Complaints(valid, after);
  const circumstances: Circumstances = { before, after, uses: new Uses(valid, before), complaints };
  const judged = (await diff(before, after)).flatMap((change) => {
    const judgement = judge(change, circumstances);
    return judgement ? [{ message: change.message, judgement }] : [];
  });
  const findings = judged.map(({ message, judgement }) => toFinding(message, judgement, placeOf));
  const told = new Set(
    judged
      .flatMap(({ judgement }) => (judgement.verdict === 'breaking' ? judgement.uses : []))
      .map((use) => use.operation),
  );
  return [...findings, ...valid.filter((each) => !told.has(each)).flatMap((each) => leftOver(each, complaints))];
}

function judge({ type, meta }: Change, circumstances: Circumstances): Judgement | undefined {
  const known = judges[type as ChangeKind] as Judge | undefined;
  return known?.(meta, circumstances);
}

function toFinding(message: string, judgement: Judgement, placeOf: ApiChange['placeOf']): Finding {
  const { rule, verdict, subject, uses, consequence, remedy } = judgement;
  return {
    rule,
    severity: severityOf[verdict],
    verdict,
    subject,
    message: consequence && verdict !== 'safe' ? `${message}: ${consequence}` : message,
    place: placeOf(subject),
    affected: distinct(uses),
    remedy,
  };
}

function distinct(uses: readonly Use[]): Affected[] {
  const byPlace = new Map<string, Affected>();
  // What a variable may carry is the weaker evidence, so it is told last.
  const certain = (use: Use) => Number(use.manner === 'variable');
  for (const { operation, node } of uses.toSorted((a, b) => certain(a) - certain(b))) {
    const affected = affectedBy(operation, node);
    byPlace.set(JSON.stringify(affected), affected);
  }
  return [...byPlace.values()];
}

/** What the new schema has against an operation that no single change accounts for. */
function leftOver(operation: Operation, complaints: Complaints): Finding[] {
  return complaints.of(operation).map(({ message, nodes = [] }) => ({
    rule: 'operation-refused',
    severity: 'error',
    verdict: 'breaking',
    subject: operation.name,
    message: `the new schema refuses the operation: ${message}`,
    affected: [affectedBy(operation, nodes[0] ?? operation.definition)],
    remedy: 'Keep what the operation asks for, or change the operation first.',
  }));
}
