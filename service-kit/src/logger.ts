import { destination, type Logger, pino } from 'pino';

/** The log of one service: JSON lines on standard output, without host name and process id. */
export function createLogger(service: string, level: string): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: 1, sync: false }),
  );
}
