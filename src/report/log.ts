/** Structured logs with the fields that Cloud Logging reads: severity, message, time. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { manifest } from '../manifest.ts';

const severities: Record<string, string> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

const secrets = ['authorization', 'Authorization', 'token', 'password', 'cookie'];

/** Writes to standard error, so that standard output stays with a command's own answer. */
export const logger = (
  level: string,
  destination: DestinationStream = pino.destination({ fd: 2, sync: true }),
): Logger =>
  pino(
    {
      level,
      messageKey: 'message',
      base: { serviceContext: { service: 'steadyrun', version: manifest.version } },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
      redact: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]),
      serializers: { err: inWords },
    },
    destination,
  );

/** Errors of HTTP clients carry the whole request, headers and all: what is said of an error is named here. */
function inWords(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message, stack };
}
