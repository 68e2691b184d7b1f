/**
 * What tuning is compared with. None of them is anybody's product: they are the rules that are used for this elsewhere, put to
 * the settings of Cloud Run. Each is told the ceiling, and how late the metrics are.
 */
import { type Controller, minutesLate, type SeenMinute, type Situation, type Wish } from '../controller.ts';
import { ceilingOf } from '../service.ts';

export const untuned: Controller = { step: () => null };

/** The same controller, whose maximum stays within the ceiling, the service's own included. */
export const withinCeiling = (controller: Controller): Controller => ({
  step(minute, situation) {
    const wish = controller.step(minute, situation) ?? {};
    const ceiling = Math.min(ceilingOf(situation.service), situation.quota);
    const wanted = wish.maxInstances ?? situation.config.maxInstances;
    return { ...wish, maxInstances: Math.min(ceiling, wanted) };
  },
});

/** The newest minutes that metrics tell of. */
class Past {
  readonly #minutes: SeenMinute[] = [];
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  see(minute: SeenMinute): readonly SeenMinute[] {
    this.#minutes.push(minute);
    if (this.#minutes.length > this.#length + minutesLate) this.#minutes.shift();
    return this.#minutes.slice(0, -minutesLate);
  }
}

const mean = (minutes: readonly SeenMinute[], of: (minute: SeenMinute) => number): number =>
  minutes.reduce((sum, minute) => sum + of(minute), 0) / minutes.length;
const cpuOf = ({ minute }: SeenMinute): number => minute.cpu ?? 0;
const memoryOf = ({ minute }: SeenMinute): number => minute.memory ?? 0;
const isNearMaximum = ({ minute, maxInstances }: SeenMinute): boolean =>
  (minute.activeInstances ?? 0) >= 0.9 * maxInstances;
const moreInstances = (minutes: readonly SeenMinute[], { config }: Situation): Wish =>
  minutes.some(isNearMaximum) ? { maxInstances: Math.ceil(config.maxInstances * 1.5) } : {};

/** Of the fullest instances, by Little's law and how unequal their CPUs are. */
function fullness({ minute, cpuMean, concurrency }: SeenMinute): number {
  const { requestsPerSecond, meanLatencySeconds, activeInstances, cpu } = minute;
  const inFlight = (requestsPerSecond! * meanLatencySeconds!) / Math.max(1, activeInstances!);
  const inequality = cpuMean >= 0.1 ? Math.max(1, Math.min(1.6, (cpu ?? 0) / cpuMean)) : 1.25;
  return Math.min(concurrency, inFlight * inequality) / concurrency;
}

const hpaTarget = 0.7;
const hpaTolerance = 0.1;
const hpaMinutes = 5;

/**
 * The formula of the Kubernetes HorizontalPodAutoscaler put to the concurrency: by how far the mean of five minutes is off its
 * target, with its tolerance and its stabilisation, once an hour at most.
 */
export class HpaLike implements Controller {
  readonly #past = new Past(hpaMinutes);
  #wanted: number[] = [];
  #minutesWithoutColdStart = 0;
  #changedAt = Number.NEGATIVE_INFINITY;

  step(minute: SeenMinute, situation: Situation): Wish | null {
    const past = this.#past.see(minute);
    if (past.length < hpaMinutes) return null;
    const set = this.#concurrency(past, situation);
    return { ...moreInstances(past, situation), ...this.#minimum(past.at(-1)!, situation), ...set };
  }

  #concurrency(past: readonly SeenMinute[], { second, busy, config }: Situation): Wish {
    const wanted = hpaWanted(past, config.concurrency);
    this.#wanted = [...this.#wanted, wanted].slice(-hpaMinutes);
    const stable = wanted < config.concurrency ? wanted : Math.min(...this.#wanted.filter((one) => one >= 1));
    if (busy || stable === config.concurrency || second - this.#changedAt < 3600) return {};
    this.#changedAt = second;
    return { set: { concurrency: Math.max(1, Math.min(1000, stable)) } };
  }

  #minimum({ hadColdStarts }: SeenMinute, { config: { minInstances } }: Situation): Wish {
    this.#minutesWithoutColdStart = hadColdStarts ? 0 : this.#minutesWithoutColdStart + 1;
    if (hadColdStarts) return { minInstances: minInstances + 1 };
    if (this.#minutesWithoutColdStart < 60 || minInstances === 0) return {};
    this.#minutesWithoutColdStart = 0;
    return { minInstances: minInstances - 1 };
  }
}

function hpaWanted(past: readonly SeenMinute[], concurrency: number): number {
  const used = Math.max(mean(past, cpuOf), mean(past, memoryOf));
  const full = mean(past, fullness);
  const [low, high] = [hpaTarget * (1 - hpaTolerance), hpaTarget * (1 + hpaTolerance)];
  if (used > high) return Math.floor((concurrency * hpaTarget) / used);
  if (full > high) return Math.ceil((concurrency * full) / hpaTarget);
  if (used < low && full > 0.5) return Math.ceil(concurrency * Math.min(2, hpaTarget / used));
  return concurrency;
}

const aimdMinutes = 15;

/** Additive increase, multiplicative decrease, as for congestion windows, once in a quarter of an hour. */
export class Aimd implements Controller {
  readonly #past = new Past(aimdMinutes);

  step(minute: SeenMinute, situation: Situation): Wish | null {
    const past = this.#past.see(minute);
    const { second, busy, config, service } = situation;
    if ((second + 1) % (60 * aimdMinutes) !== 0 || past.length < 10) return null;
    const isHot = (seen: SeenMinute): boolean =>
      cpuOf(seen) > 0.8 || memoryOf(seen) > 0.8 || seen.p95Seconds > service.sloSeconds;
    const full = mean(past, (seen) => (seen.minute.peakInFlight ?? 0) / seen.concurrency);
    const { concurrency, minInstances } = config;
    const wanted =
      past.filter(isHot).length >= 5
        ? Math.max(1, Math.floor(concurrency * 0.7))
        : full > 0.5
          ? Math.min(1000, concurrency + Math.max(1, Math.round(0.1 * concurrency)))
          : concurrency;
    return {
      ...moreInstances(past, situation),
      ...(past.some(({ hadColdStarts }) => hadColdStarts) && { minInstances: Math.min(20, minInstances + 1) }),
      ...(!busy && wanted !== concurrency && { set: { concurrency: wanted } }),
    };
  }
}
