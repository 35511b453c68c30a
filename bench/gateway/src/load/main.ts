import { takeJobs } from '../../../src/load/load-process.ts';
import { type ExpectedAnswers, expectAnswers } from '../expected-answers.ts';
import { type BenchQuery, queries } from '../queries.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { shuffledPlaces } from './places.ts';
import { runJob } from './run-job.ts';

const places = shuffledPlaces();
const answers = new Map<BenchQuery, ExpectedAnswers>();

function answersTo(query: BenchQuery): ExpectedAnswers {
  const prepared = answers.get(query) ?? expectAnswers(query);
  answers.set(query, prepared);
  return prepared;
}

takeJobs<LoadJob, LoadResult>((job) => {
  const query = queries[job.query];
  return runJob(job, { query, expected: answersTo(query), places });
});
