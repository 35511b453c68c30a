/**
 * A text with the digits of every script as ASCII: people type codes and numbers on Devanagari and Arabic keyboards.
 * Unicode keeps the ten digits of a script together and in order, so a digit's value is its distance from where its
 * run of digits begins.
 */
export function toAsciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const codePoint = digit.codePointAt(0) ?? 0;
    let start = codePoint;
    while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start--;
    return String((codePoint - start) % 10);
  });
}
