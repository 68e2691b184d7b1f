/** By which label a source's histograms have their paths, asked of it and remembered for a while. */
import { type Measured, measuredBy, totals } from '../counting/measured.ts';
import { noPathLabel, pathLabels, withoutPaths } from '../counting/paths.ts';
import { labelsQuery, partLabel } from '../counting/queries.ts';
import type { Indicator, MetricsSource } from '../policy/policy.ts';
import type { Asked } from '../ports/metrics.ts';
import { selectorText } from '../promql/counters/format.ts';
import type { PromqlClient } from './promql.ts';
import { Remembered } from './remembered.ts';

const forMs = 10 * 60_000;
const most = 2_000;

/** The indicator with the paths left out by matchers; `missing`: no label is for them, in one sentence for people. */
export interface LeftOut {
  readonly indicator: Indicator;
  readonly missing: string | null;
}

type Question = Pick<Asked, 'source' | 'service' | 'revisionLabel'> & {
  readonly objective: Pick<Asked['objective'], 'indicator'>;
};

export class Paths {
  readonly #client: PromqlClient;
  readonly #labels = new Remembered<readonly string[]>(forMs, most);

  constructor(client: PromqlClient) {
    this.#client = client;
  }

  /** Throws PromqlFailure. */
  async of({ source, service, revisionLabel, objective: { indicator } }: Question, atMs: number): Promise<LeftOut> {
    if (indicator.kind !== 'Latency' || indicator.histogram === null || indicator.excludePaths.length === 0) {
      return { indicator, missing: null };
    }
    const measured = measuredBy(source, { indicator }, service, revisionLabel);
    const found = await this.#found(source, measured, atMs);
    const { histogram, excludePaths } = indicator;
    const labels = pathLabels.filter((label) => found.includes(label));
    // Where nothing shows at all, that is what there is to say.
    const missing = found.length > 0 && labels.length === 0 ? noPathLabel(selectorText(histogram.counter)) : null;
    const counter = withoutPaths(histogram.counter, labels, excludePaths);
    return { indicator: { ...indicator, histogram: { ...histogram, counter }, excludePaths: [] }, missing };
  }

  /** The labels, besides a part that is there whenever a series is. */
  #found(source: MetricsSource, measured: Measured, atMs: number): Promise<readonly string[]> {
    const key = JSON.stringify([source, totals(measured).map((counter) => selectorText(counter))]);
    return this.#labels.get(key, atMs, async () => {
      const vector = await this.#client.instant(source, labelsQuery(measured, pathLabels), atMs);
      // Nothing yet, or nothing that could be left out by: it may come with the next revision.
      if (vector.length <= 1) this.#labels.forget(key);
      return vector.map(({ labels }) => labels[partLabel] ?? '');
    });
  }
}
