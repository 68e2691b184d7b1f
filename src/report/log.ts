/** Structured logs with the fields that Cloud Logging reads: severity, message, time. */
import { type Logger, pino } from 'pino';
import { manifest } from '../manifest.ts';

const severities: Record<string, string> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/** Writes to standard error, so that standard output stays with a command's own answer. */
export const logger = (level: string, fd: 1 | 2 = 2): Logger =>
  pino(
    {
      level,
      messageKey: 'message',
      base: { serviceContext: { service: 'steadyrun', version: manifest.version } },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
      redact: ['*.authorization', '*.token', '*.password'],
    },
    pino.destination({ fd, sync: true }),
  );
