/** What keeps the graph from being composed, and where it stands. */
export interface Fault {
  file: string;
  line?: number;
  column?: number;
  code?: string;
  message: string;
}

/** All faults of one attempt to compose. */
export class CompositionFault extends Error {
  readonly faults: Fault[];

  constructor(faults: Fault[]) {
    super(faults.map(formatFault).join('\n'));
    this.name = 'CompositionFault';
    this.faults = faults;
  }
}

/** A fault on one line, in the form that editors turn into a link: `file:line:column: CODE message`. */
function formatFault({ file, line, column, code, message }: Fault): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place}: ${code ? `${code} ` : ''}${message}`;
}
