import {
  type CountryCode,
  getExampleNumber,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';

/** The leading digits of a country's example that stay: enough of them to remain in a range for mobiles. */
const keptDigits = 3;
const mostTries = 1_000;

/** A valid mobile number of a country: its plan's example with other last digits, `digit` giving each. */
export function mobileNumber(country: CountryCode, digit: () => number): PhoneNumber {
  const example = getExampleNumber(country, examples);
  if (!example) throw new Error(`${country} has no example of a mobile number.`);
  const { countryCallingCode, nationalNumber } = example;
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const digits = [...nationalNumber].map((kept, place) => (place < keptDigits ? kept : digit()));
    const number = parsePhoneNumberFromString(`+${countryCallingCode}${digits.join('')}`);
    if (number && isMobile(number) && number.country === country) return number;
  }
  throw new Error(`${country} gave no valid mobile number in ${mostTries} tries.`);
}

// Some plans, the North American one first of all, do not tell mobiles from other lines; the graph serves those as well.
function isMobile(number: PhoneNumber): boolean {
  return number.isValid() && ['MOBILE', 'FIXED_LINE_OR_MOBILE'].includes(number.getType() ?? '');
}
