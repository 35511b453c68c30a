import { type CommandAnswer, CommandFault } from '@atrium/service-kit/command-line';
import { isCountry, readPhoneNumber } from '../domain/judge-phone-number.ts';
import { maskRecipient } from '../domain/mask-recipient.ts';
import { createPhonePolicy, lineTypes, type PhoneRule, type PhoneRuleKind } from '../domain/phone-policy.ts';
import { phoneRejectionSentences } from '../domain/phone-rejection.ts';
import { type OperatorTools, readTyped, shortHash } from '../operator-command.ts';
import {
  allowNumbers,
  denyNumbers,
  listDeniedNumbers,
  putPhoneRule,
  readDeniedNumbers,
  readPhoneRules,
  removePhoneRule,
} from '../store/phone-policy-store.ts';
import { toDeniedNumberTable, toRuleTable } from './tables.ts';

/** Shows the whole policy. */
export async function list({ database }: OperatorTools, { limit }: { limit: number }): Promise<CommandAnswer> {
  const [rules, denied] = await Promise.all([readPhoneRules(database), listDeniedNumbers(database, limit)]);
  const deniedNumbers = denied.map(({ numberHash, ...number }) => ({ hash: shortHash(numberHash), ...number }));
  const numbers = denied.length === 0 ? 'No single number is denied.' : toDeniedNumberTable(deniedNumbers);
  return { json: { rules, deniedNumbers }, text: `${toRuleTable(rules)}\n\n${numbers}` };
}

/** Sets what holds for a country, a prefix or a type. */
export async function setRule(
  { database }: OperatorTools,
  typed: { kind: string; value: string; effect: 'ALLOW' | 'DENY'; reason?: string },
): Promise<CommandAnswer> {
  const rule: PhoneRule = { ...toSubject(typed), effect: typed.effect };
  await putPhoneRule(database, { ...rule, reason: typed.reason ?? null });
  return { json: rule, text: `${describe(rule)} is in force.` };
}

/** Takes a rule away. */
export async function removeRule(
  { database }: OperatorTools,
  typed: { kind: string; value: string },
): Promise<CommandAnswer> {
  const subject = toSubject(typed);
  if (!(await removePhoneRule(database, subject))) {
    throw new CommandFault('There is no such rule. See phone-policy list.');
  }
  return { json: subject, text: `The rule about ${subject.kind.toLowerCase()} ${subject.value} is gone.` };
}

/** Puts numbers on the deny list. */
export async function denyNumber(
  tools: OperatorTools,
  typed: readonly string[],
  { reason = null, expires = null }: { reason?: string | null; expires?: number | null },
): Promise<CommandAnswer> {
  const hashes = await toHashes(tools, typed);
  await denyNumbers(tools.database, hashes, { reason, lifetimeMs: expires });
  const count = hashes.length === 1 ? '1 number is' : `${hashes.length} numbers are`;
  return { json: hashes.map((hash) => ({ hash: shortHash(hash) })), text: `${count} denied.` };
}

/** Takes numbers off the deny list. */
export async function allowNumber(tools: OperatorTools, typed: readonly string[]): Promise<CommandAnswer> {
  const hashes = await toHashes(tools, typed);
  const count = await allowNumbers(tools.database, hashes);
  if (count === 0) throw new CommandFault('No such number is on the deny list.');
  return { json: { allowed: count }, text: `${count === 1 ? '1 number is' : `${count} numbers are`} denied no more.` };
}

/** Tells the verdict about a number as Messaging would give it, and what decides it. */
export async function check(
  tools: OperatorTools,
  phoneNumber: string,
  { country }: { country?: string },
): Promise<CommandAnswer> {
  const { database } = tools;
  const testNumbers = tools.testNumbers();
  const read = readPhoneNumber({ phoneNumber, country }, testNumbers);
  if ('rejection' in read) {
    const { rejection } = read;
    const json = { valid: false, rejection, decidedBy: 'form' };
    return { json, text: `Refused: ${rejection}. ${phoneRejectionSentences[rejection]}` };
  }
  const [rules, { hashes: denied }] = await Promise.all([readPhoneRules(database), readDeniedNumbers(database)]);
  const deniedNumbers = new Set(denied.map((hash) => hash.toString('base64')));
  const policy = createPhonePolicy({ rules, deniedNumbers, recipientHash: tools.recipientHash(), testNumbers });
  const { rejection, decidedBy } = policy.decide(read);
  const number = { number: maskRecipient(read.phoneNumber), country: read.country, type: read.type };
  const verdict = rejection === null ? 'Served' : `Refused: ${rejection}`;
  const by = typeof decidedBy === 'string' ? decidedBy : describe(decidedBy);
  const rule = typeof decidedBy === 'string' ? decidedBy : toRule(decidedBy);
  return {
    json: { valid: rejection === null, ...number, rejection, decidedBy: rule },
    text: `${verdict}. Decided by: ${by}.\n${number.number}, ${read.country ?? 'no country'}, ${read.type ?? 'UNKNOWN'}`,
  };
}

function toSubject({ kind, value }: { kind: string; value: string }): { kind: PhoneRuleKind; value: string } {
  const wanted = value.trim().toUpperCase();
  switch (kind.toLowerCase()) {
    case 'country':
      if (wanted === '*' || isCountry(wanted)) return { kind: 'COUNTRY', value: wanted };
      throw new CommandFault("That is no country. Give a code of two letters, such as KP, or '*' for any other.");
    case 'prefix': {
      const prefix = wanted.replace(/[\s()-]/g, '');
      if (/^\+[1-9]\d{0,14}$/.test(prefix)) return { kind: 'PREFIX', value: prefix };
      throw new CommandFault('That is no prefix. Give the beginning of numbers in international form, such as +4470.');
    }
    case 'type': {
      const type = lineTypes.find((known) => known === wanted);
      if (type) return { kind: 'TYPE', value: type };
      throw new CommandFault(`That is no type of line. Give one of ${lineTypes.join(', ')}.`);
    }
    default:
      throw new CommandFault('A rule is about a country, a prefix or a type. See phone-policy --help.');
  }
}

// What was typed is never repeated: a list with a fault on one line may be full of good numbers.
async function toHashes(tools: OperatorTools, typed: readonly string[]): Promise<Buffer[]> {
  const recipientHash = tools.recipientHash();
  const testNumbers = tools.testNumbers();
  return (await readTyped(typed)).map((phoneNumber, index) => {
    const read = readPhoneNumber({ phoneNumber }, testNumbers);
    if (!('rejection' in read)) return recipientHash(read.phoneNumber);
    throw new CommandFault(
      `Number ${index + 1} is none. Give numbers in international form, such as +447400123456. Nothing was changed.`,
    );
  });
}

function toRule({ kind, value, effect }: PhoneRule): PhoneRule {
  return { kind, value, effect };
}

function describe({ kind, value, effect }: PhoneRule): string {
  return `${effect.toLowerCase()} ${kind.toLowerCase()} ${value}`;
}
