/**
 * A text that stays in its line and in its direction. Line breaks and other controls would forge a second line of an SMS
 * or a header of an e-mail, so a blank stands for them; overrides, embeddings and isolates of direction (Unicode TR9),
 * which would turn around what stands after the value, are left out. Joiners and direction marks stay: names need them.
 */
export function inOneLine(text: string): string {
  return text
    .replace(/[\u202A-\u202E\u2066-\u2069]/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim();
}
