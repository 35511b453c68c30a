import { run } from 'graphile-worker';
import { takeWork } from './take-work.ts';

// The queue's library as our lanes use it (worker-lanes.ts), with a task that does nothing.
const concurrency = 250;
takeWork(({ databaseUrl }, handled) =>
  run({
    connectionString: databaseUrl,
    concurrency,
    noHandleSignals: true,
    preset: {
      worker: {
        localQueue: { size: 2 * concurrency },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        maxPoolSize: concurrency,
      },
    },
    taskList: { empty: async () => handled() },
  }),
);
