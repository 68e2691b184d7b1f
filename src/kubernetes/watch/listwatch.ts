/** Lists and watches over HTTP. */
import { Unavailable } from '../../ports/errors.ts';
import type { PooledKubeConfig } from '../http/client.ts';
import { typedError } from '../http/errors.ts';
import type { KubeObject } from '../http/objects.ts';
import { open } from '../http/rest.ts';

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

const pageSize = 500;
const answerTimeoutMs = 30_000;

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
      const query = { limit: String(pageSize), ...(token && { continue: token }) };
      const soon = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
      const page = await this.#page(query, soon);
      items.push(...page.items);
      token = page.metadata.continue ?? '';
      if (token === '') return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  async watch(resourceVersion: string, timeoutSeconds: number, signal: AbortSignal): Promise<AsyncIterable<WatchLine>> {
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(timeoutSeconds),
      resourceVersion,
    };
    // Accepted soon, or not at all; what comes then may take its time, and whoever reads it decides how long to wait.
    const late = new AbortController();
    const timer = setTimeout(
      () => late.abort(new Error('the server did not accept the watch in time')),
      answerTimeoutMs,
    );
    try {
      const call = { method: 'GET', path: this.#path, query } as const;
      return watchLines(await open(this.#config, call, AbortSignal.any([signal, late.signal])));
    } finally {
      clearTimeout(timer);
    }
  }

  async #page(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<ListBody<T>> {
    const body = await open(this.#config, { method: 'GET', path: this.#path, query }, signal);
    try {
      return (await body.json()) as ListBody<T>;
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
