/** Minutes of saturation, from the answers to the one question that asks for all of them. */
import { minuteMs, wholeMinute } from '../counting/changes.ts';
import { partLabel } from '../counting/queries.ts';
import { anySaturationQuery, type SaturationPart, saturationQuery } from '../counting/saturation.ts';
import { type Answer, known, unknown } from '../facts/answer.ts';
import type { SaturationMinute, SaturationMinutes } from '../facts/saturation.ts';
import type { ServiceRef } from '../facts/service.ts';
import type { MetricsSource } from '../policy/policy.ts';
import type { SaturationQuestion } from '../ports/metrics.ts';
import { runRevisionLabel } from '../promql/counters/leaf.ts';
import { spoken } from './address.ts';
import type { Matrix, PromqlClient } from './promql.ts';

/** Minutes of which a part came a little late are asked for once more. */
const overlapMs = 3 * minuteMs;
/** What comes later than that is looked for every few minutes, so far back: a server pays for every minute that is asked. */
const lateEveryMs = 5 * minuteMs;
const lateMs = 15 * minuteMs;
/** A day of one revision takes some 200 kB. */
const mostRemembered = 200;

/** What is known of these revisions, from the minute that ended at `firstMs` to the one that ended at `lastMs`. */
interface Seen {
  readonly firstMs: number;
  readonly lastMs: number;
  /** Up to here what came late has been asked for. */
  readonly soughtMs: number;
  readonly answer: Answer<SaturationMinutes>;
}

/** Asks once a minute for what is new, and remembers the rest: a complete minute stays what it is. */
export class Saturation {
  readonly #client: PromqlClient;
  readonly #visibleAfterMs: number;
  readonly #seen = new Map<string, Seen>();

  /** `visibleAfterMs`: by when all of a minute can be seen. */
  constructor(client: PromqlClient, visibleAfterMs: number) {
    this.#client = client;
    this.#visibleAfterMs = visibleAfterMs;
  }

  /** Throws PromqlFailure. */
  async of(question: SaturationQuestion): Promise<Answer<SaturationMinutes>> {
    const { source, service, revisions, fromMs, nowMs } = question;
    const firstMs = wholeMinute(fromMs) + minuteMs;
    const lastMs = wholeMinute(nowMs - this.#visibleAfterMs);
    if (firstMs > lastMs || revisions.length === 0) return known({});
    const key = JSON.stringify([source, service, revisions.toSorted()]);
    const seen = this.#seen.get(key);
    const reaches = seen !== undefined && seen.firstMs <= firstMs;
    if (reaches && seen.lastMs >= lastMs) return between(seen.answer, firstMs, lastMs);
    const before = reaches && seen.answer.kind === 'Known' ? seen : null;
    const isSought = before === null || lastMs - before.soughtMs >= lateEveryMs;
    const againMs = isSought ? lateMs : overlapMs;
    const sinceMs = before === null ? firstMs : Math.max(firstMs, before.lastMs + minuteMs - againMs);
    const more = await this.#ask(question, sinceMs, lastMs, before === null);
    const answer = before === null ? more : joined(between(before.answer, firstMs, sinceMs - minuteMs), more);
    this.#seen.delete(key);
    this.#seen.set(key, { firstMs, lastMs, soughtMs: isSought ? lastMs : before.soughtMs, answer });
    if (this.#seen.size > mostRemembered) this.#seen.delete(this.#seen.keys().next().value!);
    return answer;
  }

  async #ask(
    { source, service, revisions }: SaturationQuestion,
    firstMs: number,
    lastMs: number,
    isFirst: boolean,
  ): Promise<Answer<SaturationMinutes>> {
    const query = saturationQuery({ type: source.type, service, revisions });
    const matrix = await this.#client.range(source, query, firstMs, lastMs, minuteMs);
    if (matrix.length > 0 || source.type === 'GoogleManagedPrometheus' || !isFirst) return known(minutesOf(matrix));
    const any = await this.#client.instant(source, anySaturationQuery(service), lastMs);
    return any.length > 0 ? known({}) : unknown('NoSeries', noSeries(source, service));
  }
}

const noSeries = (source: MetricsSource, { name }: ServiceRef): string =>
  `${spoken(source)} has none of Cloud Run's own metrics of ${name} (run_googleapis_com:container_instance_count and the like), so nobody sees how full its instances are: export them to it, or let spec.metrics name Google Managed Prometheus.`;

function between(answer: Answer<SaturationMinutes>, firstMs: number, lastMs: number): Answer<SaturationMinutes> {
  if (answer.kind === 'Unknown') return answer;
  const kept = Object.entries(answer.value).map(
    ([revision, minutes]) => [revision, minutes.filter(({ endMs }) => endMs >= firstMs && endMs <= lastMs)] as const,
  );
  return known(Object.fromEntries(kept.filter(([, minutes]) => minutes.length > 0)));
}

function joined(before: Answer<SaturationMinutes>, more: Answer<SaturationMinutes>): Answer<SaturationMinutes> {
  if (before.kind === 'Unknown' || more.kind === 'Unknown') return more;
  const revisions = new Set([...Object.keys(before.value), ...Object.keys(more.value)]);
  const minutesOf = (revision: string) => [...(before.value[revision] ?? []), ...(more.value[revision] ?? [])];
  return known(Object.fromEntries([...revisions].map((revision) => [revision, minutesOf(revision)])));
}

type Told = Partial<Record<SaturationPart, number>>;

function minutesOf(matrix: Matrix): SaturationMinutes {
  const byRevision = new Map<string, Map<number, Told>>();
  for (const { labels, points } of matrix) {
    const revision = labels[runRevisionLabel];
    const part = labels[partLabel];
    if (revision === undefined || !isPart(part)) continue;
    for (const { atMs, value } of points) {
      if (!Number.isFinite(value)) continue;
      const minutes = byRevision.get(revision) ?? new Map<number, Told>();
      byRevision.set(revision, minutes.set(atMs, { ...minutes.get(atMs), [part]: value }));
    }
  }
  return Object.fromEntries([...byRevision].map(([revision, minutes]) => [revision, inOrder(minutes)]));
}

const inOrder = (minutes: ReadonlyMap<number, Told>): SaturationMinute[] =>
  [...minutes].toSorted(([a], [b]) => a - b).map(([endMs, told]) => ({ endMs, ...nothing, ...told }));

const nothing: Record<SaturationPart, null> = {
  cpu: null,
  memory: null,
  peakInFlight: null,
  activeInstances: null,
  requestsPerSecond: null,
  meanLatencySeconds: null,
};

const isPart = (part: string | undefined): part is SaturationPart => part !== undefined && Object.hasOwn(nothing, part);
