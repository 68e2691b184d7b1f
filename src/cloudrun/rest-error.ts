/** A call that failed, with the fields that the client library's own errors have: what they mean is read in one place. */

import { type Json, list, record } from '../facts/json.ts';
import { unreached } from '../facts/system-error.ts';
import { type Code, names } from './codes.ts';

interface Fields {
  readonly code: Code;
  readonly httpStatusCode?: number;
  /** Only of an error as Google writes them. */
  readonly details?: readonly Json[];
}

export class RestError extends Error {
  readonly code: number;
  readonly httpStatusCode: number | undefined;
  readonly details: readonly Json[] | undefined;
  readonly reason: unknown;
  readonly errorInfoMetadata: Json | undefined;

  private constructor(message: string, { code, httpStatusCode, details }: Fields, cause?: unknown) {
    super(message, { cause });
    this.code = names.indexOf(code);
    this.httpStatusCode = httpStatusCode;
    this.details = details;
    const info = details?.find((detail) => /google\.rpc\.ErrorInfo$/.test(String(detail['@type'])));
    this.reason = info?.reason;
    this.errorInfoMetadata = info && record(info.metadata);
  }

  /** No answer came; `late`: because it took too long. */
  static unanswered(cause: unknown, late: boolean): RestError {
    return new RestError(
      late ? 'No answer came in time.' : unreached(cause),
      { code: late ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE' },
      cause,
    );
  }

  /** `body` null: what came is no JSON object. */
  static answered(httpStatusCode: number, body: Json | null): RestError {
    const error = record(body?.error);
    if (typeof error.message !== 'string') {
      const message = `an answer with HTTP ${httpStatusCode} that is not Google's`;
      return new RestError(message, { code: 'UNAVAILABLE', httpStatusCode });
    }
    const code = names.find((name) => name === error.status) ?? byStatus[httpStatusCode] ?? 'UNKNOWN';
    const details = list(error.details).map(record);
    return new RestError(error.message, { code, httpStatusCode, details });
  }
}

const byStatus: Readonly<Record<number, Code>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};
