import { run } from 'graphile-worker';
import { takeWork } from './take-work.ts';

// The queue's library as its guide starts it, with a task that does nothing.
takeWork(({ databaseUrl }, handled) =>
  run({
    connectionString: databaseUrl,
    concurrency: 10,
    noHandleSignals: true,
    taskList: { empty: async () => handled() },
  }),
);
