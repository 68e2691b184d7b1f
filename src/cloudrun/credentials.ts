/**
 * Application Default Credentials, resolved before anything is built on them. A pod's metadata server takes seconds to
 * answer after the pod has started, and the client library keeps the failure of its first try for ever (and ends the process
 * with an unhandled rejection), so it must never see credentials that are not there yet.
 */
import { type AuthClient, GoogleAuth, gcpMetadata } from 'google-auth-library';
import pRetry from 'p-retry';
import { unlessAborted } from '../ports/unless.ts';
import { type BoundClient, boundToGoogle } from './access.ts';
import { whyNone } from './no-credentials.ts';

const scopes = ['https://www.googleapis.com/auth/cloud-platform'];

/** On Google's machines the library waits for a metadata server that does not answer without end. */
const longestTryMs = 15_000;

export interface CredentialsOptions {
  readonly version: string;
  readonly signal: AbortSignal;
  /** Told of every failed try: what was missing, and in how many milliseconds it is tried again. */
  readonly onWaiting: (message: string, nextTryMs: number) => void;
  /** How one try looks for credentials. */
  readonly resolve?: () => Promise<AuthClient>;
  readonly firstRetryMs?: number;
  readonly longestTryMs?: number;
}

/**
 * Waits for credentials that have yielded a token, trying for ever with growing pauses (1 s to 30 s).
 * Rejects only with the signal's reason, and at once. What it resolves to signs requests to *.googleapis.com only.
 */
export async function googleCredentials(options: CredentialsOptions): Promise<BoundClient> {
  const signer = await pRetry(() => oneTry(options).catch(asPassing), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: options.firstRetryMs ?? 1000,
    maxTimeout: 30_000,
    randomize: true,
    signal: options.signal,
    shouldRetry: () => true,
    onFailedAttempt: ({ error, retryDelay }) =>
      options.onWaiting(`No Google credentials yet: ${whyNone(error)}`, retryDelay),
  });
  return boundToGoogle(signer, options.version);
}

function oneTry(options: CredentialsOptions): Promise<AuthClient> {
  const { resolve = applicationDefault, signal } = options;
  const late = AbortSignal.timeout(options.longestTryMs ?? longestTryMs);
  return unlessAborted(resolve(), AbortSignal.any([signal, late])).catch((error: unknown) => {
    throw error === late.reason ? new Error('the metadata server does not answer.') : error;
  });
}

/** What cannot be read today may be mounted tomorrow; p-retry would take a TypeError for a mistake of ours and give up. */
function asPassing(error: unknown): never {
  throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
}

/** A GoogleAuth remembers that it found nothing, so each try takes a fresh one; and so does what it asks. */
async function applicationDefault(): Promise<AuthClient> {
  gcpMetadata.resetIsAvailableCache();
  const client = await new GoogleAuth({ scopes }).getClient();
  const { token } = await client.getAccessToken();
  if (!token) throw new Error('the credentials that were found gave no token.');
  return client;
}
