/** What a failed call to the API server means to its caller. */
import { unreached } from '../../facts/system-error.ts';
import { Conflict, Refused, Unavailable } from '../../ports/errors.ts';

/** The server asked to be left alone for a while. */
export class Throttled extends Unavailable {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** There is no such object. */
export class NotFound extends Refused {}

/** The server does not know who asks. */
export class Unauthenticated extends Refused {}

/** Whoever asks may not. */
export class Denied extends Refused {}

/** The object has a field that the installed CRD does not declare, and an apply has to know the type of every field. */
export class Undeclared extends Refused {}

/** The resource version or continue token is older than what the server remembers. */
export class Expired extends Error {}

/** What any failed call to the API server means to its caller. */
export function typedError(error: unknown): Error {
  if (
    error instanceof Conflict ||
    error instanceof Refused ||
    error instanceof Unavailable ||
    error instanceof Expired
  ) {
    return error;
  }
  // No answer at all: refused, reset, timed out, no such host.
  return new Unavailable(`Kubernetes does not answer: ${unreached(error)}`, { cause: error });
}

export function statusError(code: number, message: string, retryAfter: string | undefined): Error {
  const text = `Kubernetes answered ${code}: ${message}`;
  if (code === 401) return new Unauthenticated(text);
  if (code === 403 && !isOtherwiseForbidden.test(message)) return new Denied(text);
  if (code === 404) return new NotFound(text);
  if (code === 409) return new Conflict(text);
  if (code === 410) return new Expired(text);
  if (message.includes('field not declared in schema')) return new Undeclared(text);
  const retryAfterSeconds = Number(retryAfter);
  if (retryAfterSeconds > 0) return new Throttled(text, retryAfterSeconds * 1000);
  if (code === 429 || code >= 500) return new Unavailable(text);
  return new Refused(text);
}

/** Refused although it is granted. */
const isOtherwiseForbidden = /is being terminated|admission webhook|exceeded quota/;

/** The words of a Kubernetes Status object, else the body as it came. */
export function messageOf(body: unknown): string {
  if (typeof body !== 'string') return 'no message';
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message);
  } catch {
    // Proxies and load balancers answer with HTML.
  }
  return body.slice(0, 500);
}
