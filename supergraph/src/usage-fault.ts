/** A command that cannot be understood or carried out as it was given, in a sentence that says what to do instead. */
export class UsageFault extends Error {}
