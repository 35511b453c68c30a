import { expect, test } from '@jest/globals';
import { measureSms } from './sms-segments.ts';

test.each([
  ['nothing', '', 'GSM_7', 1],
  ['what fills one', 'a'.repeat(160), 'GSM_7', 1],
  ['one more', 'a'.repeat(161), 'GSM_7', 2],
  ['what fills two', 'a'.repeat(306), 'GSM_7', 2],
  ['one more than two', 'a'.repeat(307), 'GSM_7', 3],
  ['accents that the alphabet has', 'é¿¡ñÑüàèìòùÅåÄäÖöØøÆæßÇΔΦ§¤@£$¥_'.repeat(4), 'GSM_7', 1],
  ['accents that it has not', 'código', 'UCS_2', 1],
  ['characters that count twice', '€'.repeat(80), 'GSM_7', 1],
  ['one of them more', '€'.repeat(81), 'GSM_7', 2],
  ['one that would be cut by the end of the first part', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM_7', 3],
  ['another script that fills one', 'अ'.repeat(70), 'UCS_2', 1],
  ['one more of it', 'अ'.repeat(71), 'UCS_2', 2],
  ['what fills two of it', 'अ'.repeat(134), 'UCS_2', 2],
  ['one more than two of it', 'अ'.repeat(135), 'UCS_2', 3],
  ['emoji, of two units each', '😀'.repeat(35), 'UCS_2', 1],
  ['an emoji that would be cut by the end of the first part', `${'अ'.repeat(66)}😀${'अ'.repeat(66)}`, 'UCS_2', 3],
] as const)('%s', (_, text, encoding, segments) => {
  expect(measureSms(text)).toMatchObject({ encoding, segments });
});
