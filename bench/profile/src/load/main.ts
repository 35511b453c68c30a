import { takeJobs } from '../../../src/load/load-process.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { createRequests } from './requests.ts';
import { runJob } from './run-job.ts';

const requestsOf = createRequests();

takeJobs<LoadJob, LoadResult>((job) => runJob(job, requestsOf(job)));
