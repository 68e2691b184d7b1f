/** Errors as Google's REST APIs write them. */
import { type Code, Refusal } from '../world/refusal.ts';
import type { Answer } from './http.ts';

const httpCodes: Readonly<Record<Code, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  UNIMPLEMENTED: 501,
};

export function failed(error: unknown): Answer {
  if (error instanceof Refusal) return failure(httpCodes[error.code], error.code, error.message);
  return failure(500, 'INTERNAL', String(error));
}

export function failure(code: number, status: string, message: string, retryAfterSeconds?: number): Answer {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { code, body: { error: { code, message, status, details: [] } }, headers };
}
