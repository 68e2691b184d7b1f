/** The law of `decide/tuning`, fed a minute at a time as the operator feeds it. */
import { law, wantedMaximum, wantedTemplate } from '../../../decide/tuning/law.ts';
import type { Usage } from '../../../decide/tuning/usage.ts';
import type { TuningPolicy } from '../../../policy/policy.ts';
import { type Controller, minutesLate, type SeenMinute, type Situation, type Wish } from '../controller.ts';
import { ceilingOf } from '../service.ts';

/** What a policy says of it. */
export type Terms = Pick<TuningPolicy, 'maxSaturation' | 'maxInstances' | 'concurrency' | 'scalingTargetsPercent'>;

export interface OursOptions {
  /** Auto: tuning revisions, too; ServiceLevel: only what needs none. */
  readonly mode: 'ServiceLevel' | 'Auto';
  readonly settableTargets: boolean;
  readonly terms: Terms;
}

/** More Cloud Run does not take. */
const mostInstances = 1000;
const daySeconds = 86_400;
const recentMinutes = 5;

export class Ours implements Controller {
  readonly #options: OursOptions;
  readonly #late: SeenMinute[] = [];
  readonly #day: Usage[] = [];
  #window: Usage[] = [];
  #revision: number | null = null;
  #raisedAt = Number.NEGATIVE_INFINITY;
  readonly #revisionsAt: number[] = [];

  constructor(options: OursOptions) {
    this.#options = options;
  }

  step(newest: SeenMinute, situation: Situation): Wish | null {
    this.#late.push(newest);
    if (this.#late.length > minutesLate) this.#take(this.#late.shift()!);
    // What was declared needs no metrics.
    const declared = ceilingOf(situation.service);
    if (situation.config.maxInstances > declared) return { maxInstances: declared };
    if (this.#day.length < recentMinutes) return null;
    const dayPeak = this.#day.reduce((most, { minute }) => Math.max(most, minute.activeInstances ?? 0), 0);
    const most = this.#options.terms.maxInstances?.max ?? mostInstances;
    const ceiling = Math.min(most, ceilingOf(situation.service), situation.quota);
    const set = this.#maximum(situation, dayPeak, ceiling);
    const maxInstances = set ?? situation.config.maxInstances;
    const changed = this.#template(situation, dayPeak, ceiling, maxInstances);
    return { ...(set !== null && { maxInstances: set }), ...changed };
  }

  #take(seen: SeenMinute): void {
    this.#day.push(seen);
    if (this.#day.length > law.windowMinutes) this.#day.shift();
    if (seen.revision !== this.#revision) {
      this.#revision = seen.revision;
      this.#window = [];
    }
    if (seen.busy) return;
    this.#window.push(seen);
    if (this.#window.length > law.windowMinutes) this.#window.shift();
  }

  #maximum({ second, config }: Situation, dayPeak: number, ceiling: number): number | null {
    const { maxInstances } = config;
    const minutesSinceRaise = (second - this.#raisedAt) / 60;
    const recent = this.#day.slice(-recentMinutes);
    const wanted = wantedMaximum({ recent, dayPeak, maxInstances, ceiling, minutesSinceRaise });
    if (wanted === null) return null;
    this.#raisedAt = second;
    return wanted.maxInstances;
  }

  #template(
    { second, busy, revision, config }: Situation,
    dayPeak: number,
    ceiling: number,
    maxInstances: number,
  ): Wish | null {
    const { mode, settableTargets, terms } = this.#options;
    const isTime = (second + 1) % (60 * law.minutesBetweenLooks) === 0;
    if (mode !== 'Auto' || !isTime || busy || revision !== this.#revision) return null;
    const lately = this.#revisionsAt.filter((at) => second - at < daySeconds);
    if (lately.length >= law.revisionsPerDay) return null;
    const { concurrency, cpuPercent, concurrencyPercent } = config;
    const targets = settableTargets ? { cpuPercent, concurrencyPercent } : null;
    const inForce = { concurrency, targets, maxInstances, cpus: 1 };
    const wanted = wantedTemplate({
      window: this.#window,
      dayPeak,
      inForce,
      ceiling,
      bounds: terms,
      limit: terms.maxSaturation,
    });
    if (wanted?.kind !== 'Change') return null;
    this.#revisionsAt.push(second);
    const { set, growth, maxFirst } = wanted;
    return { set, growth, ...(maxFirst !== null && { maxInstances: maxFirst }) };
  }
}
