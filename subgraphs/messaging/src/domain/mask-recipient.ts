import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** A recipient as anyone may see it: `+91******3210`, `a***@example.com`. */
export function maskRecipient(recipient: string): string {
  return recipient.startsWith('+') ? maskPhoneNumber(recipient) : maskEmail(recipient);
}

/** Keeps the country's calling code and the last four digits, which is how people recognise a number of theirs. */
function maskPhoneNumber(number: string): string {
  const callingCode = parsePhoneNumberFromString(number)?.countryCallingCode ?? '';
  const national = number.slice(1 + callingCode.length);
  // A short number's last four digits would be most of it.
  const shown = Math.min(4, Math.floor(national.length / 2));
  return `+${callingCode}${'*'.repeat(national.length - shown)}${national.slice(national.length - shown)}`;
}

/** Three stars whatever the length, so that it says nothing of the name. */
function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  return `${Array.from(address)[0] ?? ''}***${address.slice(at)}`;
}
