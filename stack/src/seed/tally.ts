import { GraphFault } from './graph.ts';

/** What a run has done so far. */
export class Tally {
  created = 0;
  present = 0;
  verified = 0;
  pictures = 0;
  messages = 0;
  /** How often each step failed with each code, the first message of each beside it. */
  readonly failures = new Map<string, { step: string; code: string; message: string; count: number }>();

  /** Does one step; a fault of the graph is counted, and answered with undefined. */
  async attempt<Result>(step: string, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GraphFault)) throw error;
      const { code, message } = error;
      const failure = this.failures.get(`${step} ${code}`) ?? { step, code, message, count: 0 };
      failure.count++;
      this.failures.set(`${step} ${code}`, failure);
      return undefined;
    }
  }
}
