import { type ExpectedAnswers, expectAnswers } from '../expected-answers.ts';
import { type BenchQuery, queries } from '../queries.ts';
import type { LoadJob } from './job.ts';
import { shuffledPlaces } from './places.ts';
import { runJob } from './run-job.ts';

// The IPC channel brings jobs and takes results; it closes when the bench ends, however it ends.
process.on('disconnect', () => process.exit());

const places = shuffledPlaces();
const answers = new Map<BenchQuery, ExpectedAnswers>();

function answersTo(query: BenchQuery): ExpectedAnswers {
  const prepared = answers.get(query) ?? expectAnswers(query);
  answers.set(query, prepared);
  return prepared;
}

process.on('message', async (job: LoadJob) => {
  const query = queries[job.query];
  try {
    process.send?.({ result: await runJob(job, { query, expected: answersTo(query), places }) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.send?.('ready');
