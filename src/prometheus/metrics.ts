/** The port Metrics over any PromQL engine. */
import { visibleAfterMs, wholeMinute } from '../counting/changes.ts';
import { type Measured, measuredBy, measuredShared } from '../counting/measured.ts';
import { type Answer, known, unknown } from '../facts/answer.ts';
import type { BudgetCounts } from '../facts/budget.ts';
import type { Counts, Freshness, History } from '../facts/counts.ts';
import { type Inspection, problem } from '../facts/inspection.ts';
import type { SaturationMinutes } from '../facts/saturation.ts';
import type {
  Asked,
  BudgetQuestion,
  CountsQuestion,
  HistoryQuestion,
  Metrics,
  SaturationQuestion,
} from '../ports/metrics.ts';
import { Budgets } from './budget.ts';
import { inTime } from './in-time.ts';
import { inspection } from './inspect.ts';
import { KnownSeries } from './known-series.ts';
import { Once } from './once.ts';
import { Past } from './past.ts';
import { Paths } from './paths.ts';
import { type PromqlClient, PromqlFailure } from './promql.ts';
import { Reach } from './reach.ts';
import { Saturation } from './saturation.ts';
import { Windows } from './windows.ts';

export class PromqlMetrics implements Metrics {
  readonly #once: Once;
  readonly #reach: Reach;
  readonly #saturation: Saturation;
  readonly #budgets: Budgets;
  readonly #known: KnownSeries;
  readonly #paths: Paths;
  readonly #windows: Windows;
  readonly #past: Past;

  /**
   * `changesAfterMs`: how long Google's own metrics take to be seen; of what was recorded nothing is on its way. `looking`: for
   * what nobody is judged by.
   */
  constructor(client: PromqlClient, changesAfterMs = visibleAfterMs, looking = client) {
    this.#once = new Once(client);
    this.#reach = new Reach(client, changesAfterMs);
    this.#known = new KnownSeries(client);
    this.#paths = new Paths(client);
    this.#windows = new Windows(client, this.#known);
    this.#past = new Past(client, this.#known);
    this.#saturation = new Saturation(looking, changesAfterMs);
    this.#budgets = new Budgets(looking, this.#known, this.#paths);
  }

  freshness(asked: Asked, nowMs: number): Promise<Answer<Freshness>> {
    return orUnknown(
      this.#leavingOut(asked, nowMs, async (left) =>
        known(await this.#reach.of(asked.source, measuredOf(left), nowMs)),
      ),
    );
  }

  inspect(asked: Asked, nowMs: number): Promise<Answer<Inspection>> {
    const look = (client: PromqlClient) =>
      this.#leavingOut(asked, nowMs, async (left, missing): Promise<Answer<Inspection>> => {
        if (missing !== null) return known({ problem: problem('NeverMatches', missing), buckets: null });
        return known(await inspection(client, this.#known, left, measuredOf(left), nowMs));
      });
    return orUnknown(this.#once.asking(nowMs, look));
  }

  counts(question: CountsQuestion): Promise<Answer<Counts>> {
    return orUnknown(
      this.#leavingOut(question, question.toMs, async (left, missing) =>
        missing === null
          ? this.#windows.of(left, measuredOf(left))
          : unknown('InsufficientSamples', missing, question.toMs),
      ),
    );
  }

  history(question: HistoryQuestion): Promise<Answer<History>> {
    return orUnknown(
      this.#leavingOut(question, question.toMs, async (left, missing) => {
        if (missing !== null) return unknown('InsufficientSamples', missing, question.toMs);
        const measured = measuredOf(left);
        const toMs = measured.deltas ? wholeMinute(question.toMs) : question.toMs;
        return known(await this.#past.of({ ...left, toMs }, measured));
      }),
    );
  }

  saturation(question: SaturationQuestion): Promise<Answer<SaturationMinutes>> {
    return orUnknown(inTime(this.#saturation.of(question)));
  }

  budget(question: BudgetQuestion): Promise<Answer<BudgetCounts>> {
    return orUnknown(this.#budgets.of(question));
  }

  /** The question as the source has to be asked it, by the label that it has for the paths that are left out. */
  async #leavingOut<T extends Asked, A>(
    question: T,
    atMs: number,
    ask: (left: T, missing: string | null) => Promise<A>,
  ): Promise<A> {
    const { indicator, missing } = await this.#paths.of(question, atMs);
    return ask({ ...question, objective: { ...question.objective, indicator } }, missing);
  }
}

function measuredOf({ source, objective, service, revisionLabel, isShared }: Asked): Measured {
  const measured = measuredBy(source, objective, service, revisionLabel);
  return isShared ? measuredShared(measured, source) : measured;
}

async function orUnknown<T>(answer: Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PromqlFailure) return unknown(error.reason, error.message);
    throw error;
  }
}
