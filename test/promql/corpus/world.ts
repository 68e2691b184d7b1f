/**
 * An hour of one service with three revisions: two instances each, births of revisions and of single series, a reset, and
 * values that are hard to quote. The same every time.
 */
import type { WrittenSeries } from '../../lab/promql/remote-write.ts';

export const startMs = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const everyMs = 15_000;
const lastMinute = 60;

/** The names of revisions, and the minute in which each is born. */
const revisions = { 'bytspot-api-00001-abc': 0, 'bytspot-api-00002-def': 20, 'bytspot-api-00003-ghi': 31 };
export const revisionNames = Object.keys(revisions);
/** Before the last is born, soon after, between two samples, and at the end. */
export const instantsMs = [25 * MINUTE, 33 * MINUTE, 47 * MINUTE + 7_300, 60 * MINUTE].map((ms) => startMs + ms);

type Labels = Readonly<Record<string, string>>;

let seed = 0;
/** Counts up by `mean` a sample, more or less; `from` is the minute of birth, `resetAt` that of a restart. */
function counter(
  name: string,
  labels: Labels,
  mean: number,
  from: number,
  resetAt = Number.NaN,
): WrittenSeries<number> {
  let state = ++seed * 2_654_435_761;
  let value = 0;
  const samples: [number, number][] = [];
  for (let ms = from * MINUTE; ms <= lastMinute * MINUTE; ms += everyMs) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    if (ms === resetAt * MINUTE) value = 0;
    value += Math.round((2 * mean * (state >>> 8)) / 0x1000000);
    samples.push([startMs + ms, value]);
  }
  return { metric: { __name__: name, ...labels }, samples };
}

/** Cumulative: each boundary counts what the smaller ones count. */
function histogram(name: string, labels: Labels, bounds: readonly string[], from: number): WrittenSeries<number>[] {
  const below: number[] = [];
  const buckets = bounds.map((le) => {
    const own = counter(`${name}_bucket`, { ...labels, le }, 6, from);
    const samples = own.samples.map(([atMs, value], index): [number, number] => {
      below[index] = (below[index] ?? 0) + value;
      return [atMs, below[index]];
    });
    return { ...own, samples };
  });
  return [...buckets, { metric: { __name__: `${name}_count`, ...labels }, samples: buckets.at(-1)!.samples }];
}

const hard = ['plain', 'say "hi"', 'C:\\dir', '/{id}[5m])', 'größe/🦊', 'two\nlines', '[$5]'];

function ofInstance(revision_name: string, instance: string, born: number): WrittenSeries<number>[] {
  const at = { job: 'bytspot-api', revision_name, instance };
  const cloud = { monitored_resource: 'cloud_run_revision', service_name: 'bytspot-api', revision_name, instance };
  const reset = instance === 'a' ? 40 : Number.NaN;
  // The first errors of the last revision come late, and the second has none in its first minutes.
  const statuses: [string, number, number][] = [
    ['200', 40, 0],
    ['404', 5, 0],
    ['500', 3, revision_name.includes('00003') ? 9 : 0],
    ['503', 1, revision_name.includes('00002') ? 14 : 0],
  ];
  return [
    ...statuses.flatMap(([status, mean, late]) =>
      ['/', '/items', '/healthz'].map((route) =>
        counter('http_requests_total', { ...at, status, route }, mean, born + late, reset),
      ),
    ),
    counter('http_errors_total', at, 2, born),
    counter('ws_connections_total', at, 10, born, reset),
    counter('ws_disconnects_total', at, 12, born),
    ...['/', '/items', '/healthz'].flatMap((route) =>
      histogram('http_server_duration_seconds', { ...at, route }, ['0.1', '0.25', '0.5', '1', '+Inf'], born),
    ),
    ...histogram('ws_message_duration_milliseconds', at, ['50', '200', '+Inf'], born),
    ...['2xx', '5xx'].flatMap((response_code_class) => [
      counter('run_googleapis_com:request_count', { ...cloud, response_code_class }, 8, born),
      ...histogram(
        'run_googleapis_com:request_latencies',
        { ...cloud, response_code_class },
        ['64', '256', '+Inf'],
        born,
      ),
    ]),
    ...['OK', 'NotFound', 'Internal', 'Unavailable', 'Canceled'].flatMap((grpc_code) =>
      ['unary', 'server_stream'].map((grpc_type) =>
        counter('grpc_server_handled_total', { ...at, grpc_code, grpc_type }, 4, born),
      ),
    ),
    ...hard.map((path) => counter('odd_total', { ...at, path }, 4, born)),
    ...['sum', 'rest'].flatMap((of) => ['by', 'sum'].map((name) => counter(name, { ...at, of }, 4, born))),
  ];
}

export const world: readonly WrittenSeries<number>[] = Object.entries(revisions).flatMap(([revision, born]) =>
  ['a', 'b'].flatMap((instance) => ofInstance(revision, instance, born)),
);

/** Pieces of twenty minutes, in order: what a remote write may carry at once without being too old. */
export function* inOrder(): Generator<WrittenSeries<number>[]> {
  for (let minute = 0; minute <= lastMinute; minute += 20) {
    const [fromMs, toMs] = [startMs + minute * MINUTE, startMs + (minute + 20) * MINUTE];
    yield world
      .map(({ metric, samples }) => ({ metric, samples: samples.filter(([at]) => at >= fromMs && at < toMs) }))
      .filter(({ samples }) => samples.length > 0);
  }
}
