/**
 * The Cloud Run Admin API as plain JSON, for what the generated client does not know: it drops fields that are newer than it
 * is, in both directions. Who may be shown our credentials is decided where it always is (access.ts).
 */

import type { Json } from '../facts/json.ts';
import { unlessAborted } from '../ports/unless.ts';
import { type Access, type BoundClient, boundToLab } from './access.ts';
import { RestError } from './rest-error.ts';

export interface RestCall {
  readonly timeout?: number | undefined;
}

export class Rest {
  readonly #client: BoundClient;
  readonly #labOrigin: string | null;

  constructor(access: Access, version: string) {
    const isLab = 'labOrigin' in access;
    this.#client = isLab ? boundToLab(access.labOrigin, version) : access.credentials;
    this.#labOrigin = isLab ? access.labOrigin.origin : null;
  }

  /** `path`: below the host, beginning with a slash. Throws RestError. */
  get(host: string, path: string, call: RestCall): Promise<Json> {
    return this.#ask('GET', host, path, undefined, call);
  }

  patch(host: string, path: string, body: Json, call: RestCall): Promise<Json> {
    return this.#ask('PATCH', host, path, body, call);
  }

  post(host: string, path: string, body: Json, call: RestCall): Promise<Json> {
    return this.#ask('POST', host, path, body, call);
  }

  async #ask(method: Method, host: string, path: string, body: Json | undefined, { timeout }: RestCall): Promise<Json> {
    const url = new URL(path, this.#labOrigin ?? `https://${host}`);
    const signal = AbortSignal.timeout(timeout ?? longestMs);
    let answer: { readonly status: number; readonly data: unknown };
    try {
      const request = this.#client.request<unknown>({
        url,
        method,
        ...(body && { data: body }),
        signal,
        responseType: 'text',
        // What is not a success is read here, and is never sent again behind our back.
        validateStatus: () => true,
        retry: false,
      });
      answer = await unlessAborted(request, signal);
    } catch (error) {
      throw RestError.unanswered(error, signal.aborted);
    }
    return read(answer.status, String(answer.data ?? ''));
  }
}

type Method = 'GET' | 'PATCH' | 'POST';
const longestMs = 15_000;

function read(status: number, text: string): Json {
  const json = parsed(text);
  if (status < 200 || status > 299) throw RestError.answered(status, json);
  if (json === null) throw RestError.answered(status, null);
  return json;
}

function parsed(text: string): Json | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : null;
  } catch {
    return null;
  }
}
