/** The words by which metrics say how something ended, as data: a vocabulary a kind of label. */

/** Caller: only what the caller did wrong. */
export type Meaning = 'Good' | 'Bad' | 'Caller' | 'Neither';

/** Every word that such a label may have, with what it says. */
export type Vocabulary = ReadonlyMap<string, Meaning>;

const words = (
  good: readonly string[],
  bad: readonly string[],
  caller: readonly string[] = [],
  neither: readonly string[] = [],
): Vocabulary =>
  new Map([
    ...caller.map((word) => [word, 'Caller'] as const),
    ...good.map((word) => [word, 'Good'] as const),
    ...bad.map((word) => [word, 'Bad'] as const),
    ...neither.map((word) => [word, 'Neither'] as const),
  ]);

const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));

export const codes = words(range(200, 300), range(500, 600), range(400, 500), [...range(100, 200), ...range(300, 400)]);
export const lower = words(['2xx'], ['5xx'], ['4xx'], ['1xx', '3xx']);
export const upper = words(['2XX'], ['5XX'], ['4XX'], ['1XX', '3XX']);
export const digits = words(['2'], ['5'], ['4'], ['1', '3']);

const grpc = {
  good: ['OK'],
  bad: [
    'Unknown',
    'DeadlineExceeded',
    'ResourceExhausted',
    'Aborted',
    'Unimplemented',
    'Internal',
    'Unavailable',
    'DataLoss',
  ],
  caller: [
    'Canceled',
    'InvalidArgument',
    'NotFound',
    'AlreadyExists',
    'PermissionDenied',
    'FailedPrecondition',
    'OutOfRange',
    'Unauthenticated',
  ],
};
const shouted = (word: string): string => word.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
export const grpcNames = words(grpc.good, grpc.bad, grpc.caller);
export const grpcShouted = words(grpc.good.map(shouted), grpc.bad.map(shouted), grpc.caller.map(shouted));
export const grpcNumbers = words(
  ['0'],
  ['2', '4', '8', '10', '12', '13', '14', '15'],
  ['1', '3', '5', '6', '7', '9', '11', '16'],
);

const anyCase = (all: readonly string[]): string[] =>
  all.flatMap((word) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]);

export const outcomes = words(
  [
    'STATUS_CODE_OK',
    ...anyCase([
      'ok',
      'success',
      'successful',
      'succeeded',
      'pass',
      'passed',
      'good',
      'healthy',
      'complete',
      'completed',
      'successful_without_retry',
      'successful_with_retry',
      'delivered',
      'allowed',
    ]),
  ],
  [
    'STATUS_CODE_ERROR',
    ...anyCase([
      'error',
      'errors',
      'err',
      'failure',
      'failed',
      'fail',
      'exception',
      'timeout',
      'timed_out',
      'failed_without_retry',
      'failed_with_retry',
      'server_error',
      'rejected',
      'aborted',
      'dropped',
      'crashed',
      'bad',
      'unhealthy',
      'expired',
      'fatal',
      'panic',
      'refused',
      'invalid',
      'degraded',
    ]),
  ],
  anyCase(['client_error', 'cancelled', 'canceled']),
  ['STATUS_CODE_UNSET', ...anyCase(['redirection', 'informational', 'unknown'])],
);
export const dns = words(['NOERROR'], ['SERVFAIL', 'REFUSED', 'FORMERR', 'NOTIMP'], [], ['NXDOMAIN']);
const truths = { yes: anyCase(['true', 'yes']).concat('1'), no: anyCase(['false', 'no']).concat('0') };
/** Of a label that names an error; the last stands for whatever error there is. */
export const errors = words(
  ['', ...anyCase(['none', 'false', 'no', 'nil', 'null']), '0'],
  [...truths.yes, 'SomeError', '500', '502', '503', '504'],
  ['400', '404', '429'],
);
export const successes = words(truths.yes, truths.no);

/** Words of what went through a cache; a limit that is hit is another thing. */
export const caching = words(
  anyCase(['hit', 'hits']),
  anyCase(['miss', 'misses']),
  [],
  anyCase(['expired', 'stale', 'bypass']),
);
/** Envoy's: what is no flag went well. */
export const flags = words(['-'], ['UH', 'UF', 'UO', 'NR', 'URX', 'UT', 'UR', 'UC', 'UPE', 'LH'], ['DC', 'RL', 'UAEX']);

/** Numbers that only these vocabularies hold, for telling which one a label speaks. */
export const closed: readonly Vocabulary[] = [codes, lower, upper, grpcNames, grpcShouted];
