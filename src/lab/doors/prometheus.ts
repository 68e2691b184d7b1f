/**
 * The lab's Prometheus HTTP API, by its plain paths and by those of Google Managed Prometheus. There is one world and one
 * store: every project sees all of it, and `project_id` is a label like any other. By Google's paths Cloud Run's own metrics
 * are answered as changes: what is not known of Google is refused there (`promql/select/changes.ts`).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { metricName } from '../../promql/ast.ts';
import { isChanges } from '../metrics/platform.ts';
import { ApiFailure, understanding } from '../promql/http/failure.ts';
import { Parameters } from '../promql/http/parameters.ts';
import { wireResult } from '../promql/http/wire.ts';
import { instant, range } from '../promql/query.ts';
import type { Changes } from '../promql/select/changes.ts';
import { parseFilter } from '../promql/select/filter.ts';
import type { Labels } from '../series/labels.ts';
import type { SeriesFilter, SeriesStore } from '../series/store.ts';

export interface PrometheusDoorOptions {
  readonly store: SeriesStore;
  /** The world's time: what a query without a time is asked at. */
  readonly nowMs: () => number;
  /** While true, everything is answered with 503. */
  readonly unavailable?: () => boolean;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Endpoint {
  readonly path: RegExp;
  readonly methods: readonly string[];
  answer(options: PrometheusDoorOptions, parameters: Parameters, path: AskedPath): unknown;
}

interface AskedPath {
  /** What the path names, if it does. */
  readonly name: string;
  /** Which metrics are answered as Google answers its own. */
  readonly changes: Changes;
}

const endpoints: readonly Endpoint[] = [
  { path: /^query$/, methods: ['GET', 'POST'], answer: query },
  { path: /^query_range$/, methods: ['GET', 'POST'], answer: queryRange },
  { path: /^series$/, methods: ['GET', 'POST'], answer: series },
  { path: /^labels$/, methods: ['GET', 'POST'], answer: labels },
  { path: /^label\/([^/]+)\/values$/, methods: ['GET'], answer: labelValues },
  { path: /^status\/buildinfo$/, methods: ['GET'], answer: buildInfo },
];

const apiPath = /^(\/v1\/projects\/[^/]+\/location\/global\/prometheus)?\/api\/v1\/(.+)$/;

/** A handler for node:http servers. It answers every request and does not throw. */
export function prometheusDoor(options: PrometheusDoorOptions): RequestHandler {
  return async (request, response) => {
    try {
      send(response, 200, { status: 'success', data: await answer(options, request) });
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : new ApiFailure('internal', String(error));
      send(response, failure.status, { status: 'error', errorType: failure.errorType, error: failure.message });
    }
  };
}

async function answer(options: PrometheusDoorOptions, request: IncomingMessage): Promise<unknown> {
  const form = await readForm(request);
  if (options.unavailable?.()) throw new ApiFailure('unavailable', 'the metrics are not available at the moment');
  const url = new URL(request.url ?? '/', 'http://prometheus');
  const [, managed, path = ''] = apiPath.exec(url.pathname) ?? [];
  const changes = managed === undefined ? null : isChanges;
  for (const endpoint of endpoints) {
    const match = endpoint.path.exec(path);
    if (match === null || !endpoint.methods.includes(request.method ?? '')) continue;
    const name = decodeURIComponent(match[1] ?? '');
    return endpoint.answer(options, new Parameters(url.searchParams, form), { name, changes });
  }
  throw new ApiFailure('not_found', `no such endpoint: ${request.method} ${url.pathname}`);
}

function query({ store, nowMs }: PrometheusDoorOptions, parameters: Parameters, { changes }: AskedPath): unknown {
  const atMs = parameters.timeMs('time', nowMs());
  return wireResult(understanding('query', parameters.text('query'), (text) => instant(store, text, atMs, changes)));
}

function queryRange({ store }: PrometheusDoorOptions, parameters: Parameters, { changes }: AskedPath): unknown {
  const { startMs, endMs, stepMs } = parameters.steps();
  return wireResult(
    understanding('query', parameters.text('query'), (text) => range(store, text, startMs, endMs, stepMs, changes)),
  );
}

function series({ store }: PrometheusDoorOptions, parameters: Parameters): unknown {
  if (parameters.all('match[]').length === 0) throw new ApiFailure('bad_data', 'no match[] parameter provided');
  return metrics(store, parameters);
}

function labels({ store }: PrometheusDoorOptions, parameters: Parameters): unknown {
  return sortedSet(metrics(store, parameters).flatMap((metric) => Object.keys(metric)));
}

function labelValues({ store }: PrometheusDoorOptions, parameters: Parameters, { name }: AskedPath): unknown {
  if (!/^[a-zA-Z_]\w*$/.test(name)) throw new ApiFailure('bad_data', `invalid label name: "${name}"`);
  return sortedSet(metrics(store, parameters).flatMap((metric) => metric[name] ?? []));
}

/** The version whose semantics are kept, which is also the one that Google Managed Prometheus aims at. */
function buildInfo(): unknown {
  return { version: '2.44.0', revision: 'lab', branch: 'lab', buildUser: 'lab', buildDate: '', goVersion: '' };
}

const everything: SeriesFilter = { name: null, matchesName: () => true, matches: () => true };

/** The series that any of the selectors means, or all where there is none, if they have samples between start and end. */
function metrics(store: SeriesStore, parameters: Parameters): Labels[] {
  const startMs = parameters.timeMs('start', Number.NEGATIVE_INFINITY);
  const endMs = parameters.timeMs('end', Number.POSITIVE_INFINITY);
  const selectors = parameters.all('match[]').map((selector) => understanding('match[]', selector, parseFilter));
  const found = new Set(
    (selectors.length > 0 ? selectors : [everything])
      .flatMap((filter) => store.select(filter))
      .flatMap(({ name, series }) => {
        const lastMs = Math.min(endMs, store.horizonMs(name));
        return series.filter((one) => one.firstAtOrAfter(startMs) <= one.lastAtOrBefore(lastMs));
      }),
  );
  return [...found].map((one) => ({ [metricName]: one.name, ...one.labels.labels }));
}

function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += chunk;
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return new URLSearchParams(isForm ? body : '');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
