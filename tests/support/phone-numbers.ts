import { randomInt } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

const taken = new Set<string>();

/** A mobile number of India that no other test of this run uses, in E.164 form. */
export function newPhoneNumber(): string {
  for (;;) {
    const phoneNumber = `+919${randomInt(100_000_000, 1_000_000_000)}`;
    if (taken.has(phoneNumber) || parsePhoneNumberFromString(phoneNumber)?.getType() !== 'MOBILE') continue;
    taken.add(phoneNumber);
    return phoneNumber;
  }
}

/** Someone who has not signed up yet. */
export function newPerson(name = 'Meera Iyer') {
  return { name, phoneNumber: newPhoneNumber(), country: 'IN' };
}
