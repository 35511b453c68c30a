/** What the compiler of plans cannot handle, in words for whoever looks after the gateway. */
export class BeyondCompiler extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'BeyondCompiler';
  }
}
