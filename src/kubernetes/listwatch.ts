import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { type Dispatcher, request } from 'undici';
import { userAgent } from '../manifest.ts';
import { Unavailable } from '../ports.ts';
import type { PooledKubeConfig } from './client.ts';
import { messageOf, statusError, typedError } from './errors.ts';
import type { KubeObject } from './objects.ts';

/** The whole of a resource, and the version to watch it from. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** One line of a watch, as it was sent. */
export interface WatchLine {
  readonly type: string;
  readonly object: KubeObject;
}

/** How a resource is listed and watched. Both throw Refused, Unavailable or Expired. */
export interface ListWatch<T> {
  list(signal: AbortSignal): Promise<Listed<T>>;
  /** Resolves once the server has accepted. The lines end when the server ends them, and throw when they break off. */
  watch(resourceVersion: string, timeoutSeconds: number, signal: AbortSignal): Promise<AsyncIterable<WatchLine>>;
}

const PAGE = 500;
const ANSWER_TIMEOUT_MS = 30_000;

/** Lists in pages and watches with bookmarks; `path` is the collection's, such as /apis/steadyrun.dev/v1alpha1/slopolicies. */
export class HttpListWatch<T extends KubeObject> implements ListWatch<T> {
  readonly #config: PooledKubeConfig;
  readonly #path: string;

  constructor(config: PooledKubeConfig, path: string) {
    this.#config = config;
    this.#path = path;
  }

  async list(signal: AbortSignal): Promise<Listed<T>> {
    const items: T[] = [];
    let token = '';
    for (;;) {
      const query = new URLSearchParams({ limit: String(PAGE), ...(token && { continue: token }) });
      const page = (await (await this.#get(query, signal)).json()) as ListBody<T>;
      items.push(...page.items);
      token = page.metadata.continue ?? '';
      if (token === '') return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  async watch(resourceVersion: string, timeoutSeconds: number, signal: AbortSignal): Promise<AsyncIterable<WatchLine>> {
    const query = new URLSearchParams({
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(timeoutSeconds),
      resourceVersion,
    });
    return watchLines(await this.#get(query, signal));
  }

  async #get(query: URLSearchParams, signal: AbortSignal) {
    const url = `${this.#config.server()}${this.#path}?${query}`;
    const context = new RequestContext(url, HttpMethod.GET);
    try {
      await this.#config.applySecurityAuthentication(context);
      const { statusCode, headers, body } = await request(url, {
        ...dispatcherOf(context),
        headers: { ...context.getHeaders(), accept: 'application/json', 'user-agent': userAgent },
        signal,
        headersTimeout: ANSWER_TIMEOUT_MS,
        // A quiet watch is no broken one; whoever reads it decides how long to wait.
        bodyTimeout: query.has('watch') ? 0 : ANSWER_TIMEOUT_MS,
      });
      if (statusCode === 200) return body;
      throw statusError(statusCode, messageOf(await body.text()), textOf(headers['retry-after']));
    } catch (error) {
      throw typedError(error);
    }
  }
}

interface ListBody<T> {
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

async function* watchLines(chunks: AsyncIterable<Buffer>): AsyncIterable<WatchLine> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of chunks) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield parseLine(line);
    }
  } catch (error) {
    throw typedError(error);
  }
  if (rest !== '') throw new Unavailable('the watch ended in the middle of a line');
}

function parseLine(line: string): WatchLine {
  try {
    return JSON.parse(line) as WatchLine;
  } catch (error) {
    throw new Unavailable(`the watch sent what is no JSON: ${line.slice(0, 100)}`, { cause: error });
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

function dispatcherOf(context: RequestContext): { readonly dispatcher?: Dispatcher } {
  const dispatcher = context.getDispatcher();
  return dispatcher === undefined ? {} : { dispatcher };
}
