/**
 * Minutes of saturation, from the answers to the one question that asks for all of them: whoever is due first asks for those
 * that are due with it, and they find their answers when they come. What failed, failed for all of them, and is asked again.
 */
import { minuteMs, wholeMinute } from '../counting/changes.ts';
import { partLabel } from '../counting/queries.ts';
import {
  type Asked,
  anySaturationQuery,
  isOf,
  isOfService,
  type SaturationPart,
  saturationQuery,
} from '../counting/saturation.ts';
import { type Answer, known, unknown } from '../facts/answer.ts';
import type { SaturationMinute, SaturationMinutes } from '../facts/saturation.ts';
import type { ServiceRef } from '../facts/service.ts';
import type { MetricsSource } from '../policy/policy.ts';
import type { SaturationQuestion } from '../ports/metrics.ts';
import { runRevisionLabel } from '../promql/counters/leaf.ts';
import { spoken } from './address.ts';
import { Minutes, type Span } from './minutes.ts';
import { type Page, pageOf } from './page.ts';
import { type Matrix, type PromqlClient, PromqlFailure } from './promql.ts';

/** A day of one revision takes some 200 kB: so many minutes are remembered, and of so many services. */
const mostMinutes = 200 * 24 * 60;
const mostServices = 10_000;

/** Asks once a minute for what is new, for all that are due together, and remembers the rest. */
export class Saturation {
  readonly #client: PromqlClient;
  readonly #visibleAfterMs: number;
  /** By source, service and revisions; who looked last is last. */
  readonly #known = new Map<string, Minutes>();

  /** `visibleAfterMs`: by when all of a minute can be seen. */
  constructor(client: PromqlClient, visibleAfterMs: number) {
    this.#client = client;
    this.#visibleAfterMs = visibleAfterMs;
  }

  /** Throws PromqlFailure. */
  async of({ source, service, revisions, fromMs, nowMs }: SaturationQuestion): Promise<Answer<SaturationMinutes>> {
    const span = { firstMs: wholeMinute(fromMs) + minuteMs, lastMs: wholeMinute(nowMs - this.#visibleAfterMs) };
    if (span.firstMs > span.lastMs || revisions.length === 0) return known({});
    const own = this.#minutesOf(source, { service, revisions: revisions.toSorted() });
    while (own.asking !== null) await own.asking;
    const told = own.look(span);
    if (told !== null) return told;
    await this.#ask(own, span);
    return own.look(span)!;
  }

  #minutesOf(source: MetricsSource, asked: Asked): Minutes {
    const key = JSON.stringify([source, asked]);
    const minutes = this.#known.get(key) ?? new Minutes(source, asked);
    this.#known.delete(key);
    this.#known.set(key, minutes);
    return minutes;
  }

  /** Whoever asks is told of a failure at once, the others when they come. */
  async #ask(own: Minutes, span: Span): Promise<void> {
    const page = pageOf(own, span, this.#known.values());
    const asking = this.#fill(page, span.lastMs);
    const settled = asking.catch(() => undefined);
    for (const { one } of page.all) one.isAskedBy(settled);
    await asking;
    this.#forget(span.lastMs);
  }

  async #fill({ all, sinceMs }: Page, lastMs: number): Promise<void> {
    const { source } = all[0]!.one;
    const asked = all.map(({ one }) => one.asked);
    try {
      const matrix = await this.#client.range(source, saturationQuery(source.type, asked), sinceMs, lastMs, minuteMs);
      const found = all.map(({ one, span }) => answerOf(matrix, one.asked, one.sinceMs(span)));
      const doubtful = all.filter(
        ({ one, span }, i) => one.isAnew(span.firstMs) && Object.keys(found[i]!).length === 0,
      );
      const unseen = await this.#withoutSeries(source, doubtful, lastMs);
      for (const [i, { one, span }] of all.entries()) {
        const answer = unseen.has(one) ? unknown('NoSeries', noSeries(source, one.asked.service)) : known(found[i]!);
        one.put(span, answer, i > 0);
        one.company.answered(lastMs);
      }
    } catch (error) {
      if (error instanceof PromqlFailure) failTogether(all, lastMs, error);
      throw error;
    }
  }

  /** Where a source that may have none of these metrics says nothing of a service, it is asked whether it has any. */
  async #withoutSeries(source: MetricsSource, doubtful: Page['all'], atMs: number): Promise<ReadonlySet<Minutes>> {
    if (doubtful.length === 0 || source.type === 'GoogleManagedPrometheus') return new Set();
    const query = anySaturationQuery(doubtful.map(({ one }) => one.asked.service));
    const any = await this.#client.instant(source, query, atMs);
    const without = doubtful.filter(({ one }) => !any.some(({ labels }) => isOfService(one.asked.service, labels)));
    return new Set(without.map(({ one }) => one));
  }

  /** Who looked longest ago goes first, and who has not looked for long is held for nobody, however few there are. */
  #forget(lastMs: number): void {
    let minutes = 0;
    for (const [key, one] of this.#known) {
      if (one.isLeft(lastMs)) this.#known.delete(key);
      else minutes += one.size;
    }
    for (const [key, one] of this.#known) {
      if (minutes <= mostMinutes && this.#known.size <= mostServices) return;
      this.#known.delete(key);
      minutes -= one.size;
    }
  }
}

/** Too many questions are no fault of what is asked. */
function failTogether(all: Page['all'], lastMs: number, failure: PromqlFailure): void {
  const isTooMuch = all.length > 1 && failure.reason !== 'RateLimited';
  for (const { one } of all) if (isTooMuch) one.company.failed(all.length, lastMs, failure.isPassing);
  for (const { one: other } of all.slice(1)) other.fail(lastMs, failure);
}

const noSeries = (source: MetricsSource, { name }: ServiceRef): string =>
  `${spoken(source)} has none of Cloud Run's own metrics of ${name} (run_googleapis_com:container_instance_count and the like), so nobody sees how full its instances are: export them to it, or let spec.metrics name Google Managed Prometheus.`;

type Told = Partial<Record<SaturationPart, number>>;

/** What an answer says of one service, from a minute on. */
function answerOf(matrix: Matrix, asked: Asked, sinceMs: number): SaturationMinutes {
  const byRevision = new Map<string, Map<number, Told>>();
  for (const { labels, points } of matrix) {
    const part = labels[partLabel];
    if (!isOf(asked, labels) || !isPart(part)) continue;
    const revision = labels[runRevisionLabel]!;
    for (const { atMs, value } of points) {
      if (!Number.isFinite(value) || atMs < sinceMs) continue;
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
