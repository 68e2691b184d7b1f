/** Who may be shown which credentials. Google's token goes to Google's own endpoint, a Secret's value to its policy's address. */

import { oneLine } from '../facts/one-line.ts';
import type { MetricsSource, PrometheusAuth, SecretKey } from '../policy/policy.ts';
import { PromqlFailure } from './promql.ts';

/** What signs requests to Google; it refuses to sign for hosts that are not Google's. */
export interface Signer {
  getRequestHeaders(url: URL): Promise<Headers>;
}

/** Knows what Secrets hold. */
export interface Secrets {
  /** Rejects with a sentence for people that does not hold the value. */
  read(wanted: SecretKey): Promise<string>;
  /** A server refused the value: it may have been replaced since it was read. */
  forget(refused: SecretKey): void;
}

/** Real servers, or a lab that stands for all of them and gets no credentials: there are none to give. */
export type Access = { readonly credentials: Signer; readonly secrets: Secrets } | { readonly labOrigin: URL };

export interface Signature {
  readonly headers: Readonly<Record<string, string>>;
  /** What no message may repeat, even where the server does. */
  readonly secrets: readonly string[];
}

const unsigned: Signature = { headers: {}, secrets: [] };

/** Rejects rather than let a request go without the credentials that it should have. */
export async function signatureFor(who: string, access: Access, source: MetricsSource, url: URL): Promise<Signature> {
  if ('labOrigin' in access) return unsigned;
  if (source.type === 'GoogleManagedPrometheus')
    return googleSignature(await access.credentials.getRequestHeaders(url));
  if (source.auth === null) return unsigned;
  try {
    return source.auth.kind === 'Bearer'
      ? bearer(await access.secrets.read(source.auth.credentials))
      : basic(await access.secrets.read(source.auth.username), await access.secrets.read(source.auth.password));
  } catch (error) {
    const why = error instanceof Error ? error.message : 'its credentials cannot be read.';
    throw new PromqlFailure('ProviderError', `${who} was not asked. ${oneLine(why)}`, { isPassing: true });
  }
}

/** After a refusal, so that the next question is asked with what the Secrets hold by then. */
export function forgetSecrets(access: Access, source: MetricsSource): void {
  if ('labOrigin' in access || source.type !== 'Prometheus' || source.auth === null) return;
  for (const key of secretKeys(source.auth)) access.secrets.forget(key);
}

const secretKeys = (auth: PrometheusAuth): readonly SecretKey[] =>
  auth.kind === 'Bearer' ? [auth.credentials] : [auth.username, auth.password];

function googleSignature(headers: Headers): Signature {
  const token = headers.get('authorization')?.replace(/^Bearer /, '');
  return { headers: Object.fromEntries(headers), secrets: token ? [token] : [] };
}

function bearer(token: string): Signature {
  if (/^bearer\s/i.test(token)) throw new Error('The token begins with the word Bearer: keep the token alone.');
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error('The token holds a space or a letter that no header can carry: keep the token alone.');
  }
  return { headers: { authorization: `Bearer ${token}` }, secrets: [token] };
}

function basic(username: string, password: string): Signature {
  if (username.includes(':')) throw new Error('The user name holds a colon, which would end it.');
  const both = Buffer.from(`${username}:${password}`).toString('base64');
  return { headers: { authorization: `Basic ${both}` }, secrets: [both, password, username] };
}
