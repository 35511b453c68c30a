/** Ids, traces and times hold long rows of digits, of which none is taken for a number. */
const meaningless = /"(?:requestId|traceparent|time|durationMs|waitedMs)":(?:"[^"]*"|[\d.]+)/g;

/** Ten digits or more, alone or in groups, that stand for themselves: a number in its country or in all of them. */
const phoneNumber = /(?<![\w.:-])\+?\(?\d(?:[ ()-]{0,2}\d){9,14}(?![\w.:-])/;

/** The paths of packages in a stack, `node_modules/@scope/name`, have nothing before the sign. */
const emailAddress = /[\w.]@[\w-]+\.[a-z]{2,}/i;

/** Whether a line of a log tells how to reach somebody. */
export function holdsPersonalData(line: string): boolean {
  const told = line.replace(meaningless, '');
  return phoneNumber.test(told) || emailAddress.test(told);
}
