/** What a command cannot do, in one line that says what to do instead. */
export class CommandFault extends Error {}
