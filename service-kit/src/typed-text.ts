const decimalDigit = /\p{Nd}/u;

/**
 * Every decimal digit of Unicode as ASCII: `९८` and `٩٨` become `98`, for people type on keyboards of their own script. Unicode keeps the digits of a script in runs of
 * ten (TR44, Numeric_Type=Decimal), so a digit's value is its distance from the start of its run, modulo ten.
 */
export function toAsciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const codePoint = digit.codePointAt(0) ?? 0;
    let start = codePoint;
    while (decimalDigit.test(String.fromCodePoint(start - 1))) start--;
    return String((codePoint - start) % 10);
  });
}

/** Whether a text holds characters that no typed text has: controls, or halves of a character. */
export function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text) || !text.isWellFormed();
}
