/** How an SMS is carried: seven bits a character where all are of the GSM alphabet, else sixteen. */
export type SmsEncoding = 'GSM_7' | 'UCS_2';

/** What an SMS takes: networks charge for each segment. */
export interface SmsSize {
  readonly encoding: SmsEncoding;
  readonly segments: number;
  /** Septets in GSM_7, UTF-16 code units in UCS_2. */
  readonly units: number;
}

// 3GPP TS 23.038, section 6.2.1: the default alphabet, and its extension, whose characters take an escape and a septet.
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extension = new Set('\f^{}\\[~]|€');

// 3GPP TS 23.040, section 9.2.3.24: 140 octets a message, of which the header of a part of several takes six.
const capacity = { GSM_7: { single: 160, part: 153 }, UCS_2: { single: 70, part: 67 } };

/** Counts an SMS as networks do. Neither an escaped character nor a surrogate pair is cut in two by the end of a part. */
export function measureSms(text: string): SmsSize {
  const characters = [...text];
  const encoding = characters.every((each) => basic.has(each) || extension.has(each)) ? 'GSM_7' : 'UCS_2';
  const sizes = characters.map((each) => (encoding === 'UCS_2' ? each.length : extension.has(each) ? 2 : 1));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const { single, part } = capacity[encoding];
  if (units <= single) return { encoding, units, segments: 1 };
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > part) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return { encoding, units, segments };
}
