import { isIPv6 } from 'node:net';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { PhoneNumberJudgement } from './judge-phone-number.ts';
import type { AddressHash } from './recipient-hash.ts';

/** What has budgets for the codes that are sent to it, by it or from it. */
export type SubjectKind = 'number' | 'address' | 'prefix' | 'country' | 'caller';

/** Something with a budget of its own. */
export interface SendSubject {
  readonly kind: SubjectKind;
  /** A keyed hash where the thing itself is personal. */
  readonly key: string;
}

/** A code that is to be sent, as far as budgets look at it. */
export interface PlannedSend {
  readonly requestId: string;
  /** Whether the same request comes again by itself where it is refused for the moment. */
  readonly comesAgain: boolean;
  readonly subjects: readonly SendSubject[];
}

/** Whether a breaker watches how many of its codes are verified. */
export function isWatched({ kind }: SendSubject): boolean {
  return kind === 'prefix' || kind === 'country';
}

/** A number as far as it says where it belongs. */
export type NumberPlace = Pick<PhoneNumberJudgement, 'phoneNumber' | 'callingCode' | 'country'>;

/** So many digits at the end of a number belong to no prefix: a prefix stands for 10,000 numbers at least. */
const ownDigits = 4;

/** Makes what says what a code counts for. */
export function createSubjects(addressHash: AddressHash, prefixDigits: number) {
  return {
    /** The prefix and the country of a number in E.164: what breakers watch. What is no such number has no place. */
    placesOf(to: string): SendSubject[] {
      const parsed = parsePhoneNumberFromString(to);
      if (!parsed) return [];
      const { countryCallingCode: callingCode, country = null } = parsed;
      return placesIn({ phoneNumber: to, callingCode, country }, prefixDigits);
    },

    /** `place` is absent for what is no number, `clientAddress` where nobody waits for the answer. */
    of(send: {
      recipientHash: Buffer;
      place?: NumberPlace | undefined;
      clientId: string;
      clientAddress?: string | null | undefined;
    }): SendSubject[] {
      const { recipientHash, place, clientId, clientAddress } = send;
      const number = { kind: 'number', key: recipientHash.toString('base64url') } as const;
      const caller = { kind: 'caller', key: clientId } as const;
      const from = clientAddress ? [{ kind: 'address', key: addressKey(clientAddress, addressHash) } as const] : [];
      return [number, ...from, ...(place ? placesIn(place, prefixDigits) : []), caller];
    },
  };
}

/** What says what codes count for. */
export type Subjects = ReturnType<typeof createSubjects>;

function placesIn({ phoneNumber, callingCode, country }: NumberPlace, prefixDigits: number): SendSubject[] {
  if (phoneNumber === null || callingCode === null) return [];
  const digits = Math.min(callingCode.length + prefixDigits, phoneNumber.length - 1 - ownDigits);
  const prefix = { kind: 'prefix', key: phoneNumber.slice(0, 1 + Math.max(0, digits)) } as const;
  return country === null ? [prefix] : [prefix, { kind: 'country', key: country }];
}

function addressKey(address: string, addressHash: AddressHash): string {
  return addressHash(networkOf(address)).toString('base64url');
}

/** An IPv6 subscriber has a whole /64 to choose addresses from, so that stands for them. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const rest = tail ? tail.split(':') : [];
  const all = tail === undefined ? groups : [...groups, ...Array(8 - groups.length - rest.length).fill('0'), ...rest];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
