/**
 * One request to the API server. The package's generated API classes would bring the models of every Kubernetes kind
 * into the process; this operator speaks of a few.
 */
import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { type Dispatcher, request } from 'undici';
import { userAgent } from '../../manifest.ts';
import { unlessAborted } from '../../ports/unless.ts';
import type { Call } from './call.ts';
import type { PooledKubeConfig } from './client.ts';
import { messageOf, statusError, typedError } from './errors.ts';

/** An API server that takes longer has a problem; watches have their own limits. */
const requestTimeoutMs = 15_000;

/** The answer, read whole. Throws Conflict, Refused (NotFound), Expired or Unavailable (Throttled). */
export async function ask<T>(config: PooledKubeConfig, call: Call): Promise<T> {
  const body = await open(config, call, AbortSignal.timeout(call.timeoutMs ?? requestTimeoutMs));
  try {
    return (await body.json()) as T;
  } catch (error) {
    throw typedError(error);
  }
}

/** The answer's body once the server has accepted; how long it may take is the signal's business. Throws as `ask` does. */
export async function open(
  config: PooledKubeConfig,
  call: Call,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData['body']> {
  const query = new URLSearchParams(call.query).toString();
  const url = `${config.server()}${call.path}${query === '' ? '' : `?${query}`}`;
  const context = new RequestContext(url, HttpMethod[call.method]);
  try {
    // A command of the kubeconfig that brings the credentials may wait for a person.
    await unlessAborted(config.applySecurityAuthentication(context), signal);
    const dispatcher = context.getDispatcher();
    const { statusCode, headers, body } = await request(url, {
      method: call.method,
      headers: {
        ...context.getHeaders(),
        accept: 'application/json',
        'user-agent': userAgent,
        ...(call.body !== undefined && { 'content-type': call.contentType ?? 'application/json' }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(dispatcher !== undefined && { dispatcher }),
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    if (statusCode < 200 || statusCode >= 300)
      throw statusError(statusCode, messageOf(await body.text()), textOf(headers['retry-after']));
    config.onAnswer(call, null);
    return body;
  } catch (error) {
    const typed = typedError(error);
    config.onAnswer(call, typed);
    throw typed;
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/** When something happened, as a MicroTime: RFC 3339 with six digits of a second. */
export const microTime = (atMs: number): string => new Date(atMs).toISOString().replace('Z', '000Z');
