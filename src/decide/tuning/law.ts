/**
 * What keeps instances below the limit of saturation. A saturation of concurrency or CPU is cured by a lower scaling target:
 * more instances, each with less to do. Memory, which no autoscaler looks at, is cured by fewer requests at once in each
 * instance. Nothing is ever raised but the number of instances: raising the concurrency or a target is what does harm.
 */
import type { TunedSettings } from '../../facts/change.ts';
import { type Resource, resources } from '../../facts/saturation.ts';
import { type ScalingTargets, usualTargets } from '../../facts/settings.ts';
import type { Bounds, TuningPolicy } from '../../policy/policy.ts';
import { sustainedLevels } from './sustained.ts';
import { isFull, meanInFlight, quantile, type Usage } from './usage.ts';

/** Most were chosen by changing them, and looking at what became of the services on which that made a difference. */
export const law = {
  /** Aimed at, as a part of the limit: what is measured errs, and a level does not quite go with its target. */
  aim: 0.9,
  /** So many minutes over the limit within the window are worth a revision. */
  hotMinutes: 30,
  /**
   * Of concurrency the most within a minute is measured, and it is the mean that is to stay below the limit. Requests that come
   * by chance bring the most two or three standard deviations above the mean. One of them is allowed for: those that come in
   * step are found, too.
   */
  chanceDeviations: 1,
  /** As many as there may be: how many more there would have been is not known. */
  crowded: 0.97,
  /** Memory kills: the shortest run is worth it. */
  hotMemoryMinutes: 5,
  /** The level is what all but this part of the window stayed below. */
  tail: 0.005,
  /** No target falls below: what a wrong reading costs ends here, at twice the instances. */
  leastTargetPercent: 30,
  /** Memory goes by the most requests in flight: the concurrency is cut to this part of them, */
  memoryCut: 0.7,
  /** and at once to no less than this part of itself: instances that are dead tell of no peak. */
  mostCut: 0.5,
  /** Changes that are smaller are not worth a revision. */
  leastConcurrencyChange: 0.04,
  leastTargetChangePercent: 2,
  /** The maximum is raised when it is not so many times the most instances of a day, to so many times as many. */
  leastRoom: 1.5,
  room: 2,
  /** What it was raised for has to show before it is raised again. */
  minutesBetweenRaises: 5,
  /** An instance that is this busy, and some more, is prepared for. */
  busy: 0.9,
  busier: 1.2,
  /** No change is thought to need more than so many times the instances. */
  mostGrowth: 3,
  /** A smaller concurrency may need so much of the ceiling. */
  ceilingPart: 0.95,
  /** Requests that die with their instances are worth exceeding it from this part of all on. */
  crashLoop: 0.001,
  fewestMinutes: 20,
  windowMinutes: 24 * 60,
  minutesBetweenLooks: 5,
  revisionsPerDay: 3,
} as const;

/** How a revision runs now. */
export interface InForce {
  readonly concurrency: number;
  /** null: they cannot be set here. */
  readonly targets: ScalingTargets | null;
  readonly maxInstances: number;
  /** Below 1 an instance takes one request at a time. */
  readonly cpus: number;
}

/**
 * The maximum that is wanted now; null: leave it. `recent` are the newest five minutes of the whole service, `dayPeak` is the
 * most active instances within a day.
 */
export function wantedMaximum(at: {
  readonly recent: readonly Usage[];
  readonly dayPeak: number;
  readonly maxInstances: number;
  readonly ceiling: number;
  readonly minutesSinceRaise: number;
}): { readonly maxInstances: number; readonly because: 'Full' | 'Headroom' } | null {
  const { recent, dayPeak, maxInstances, ceiling } = at;
  if (at.minutesSinceRaise < law.minutesBetweenRaises) return null;
  // A minute under a smaller maximum says nothing of this one.
  const full = recent.some((usage) => usage.maxInstances >= maxInstances && isFull(usage) === true);
  if (!full && law.leastRoom * dayPeak <= maxInstances) return null;
  const wanted = Math.min(ceiling, full ? 2 * maxInstances : Math.ceil(law.room * dayPeak));
  return wanted > maxInstances ? { maxInstances: wanted, because: full ? 'Full' : 'Headroom' } : null;
}

export interface TemplateLook {
  /** Minutes of the serving revision outside rollouts, of one day at most, oldest first. */
  readonly window: readonly Usage[];
  readonly dayPeak: number;
  readonly inForce: InForce;
  /** The most instances that there may be. */
  readonly ceiling: number;
  readonly bounds: Pick<TuningPolicy, 'concurrency' | 'scalingTargetsPercent'>;
  /** Of saturation, 0 to 1. */
  readonly limit: number;
}

export interface Symptom {
  readonly resource: Resource;
  /** Minutes of the window that lay in runs above the limit. */
  readonly hotMinutes: number;
  /** What all but the worst minutes stayed below, 0 to 1. */
  readonly level: number;
}

export interface WantedTemplate {
  /** Ceiling: it needs more instances than there may be, and is not to be done. */
  readonly kind: 'Change' | 'Ceiling';
  /** Never empty. */
  readonly set: TunedSettings;
  /** What the maximum is to be raised to before; null: it is high enough. */
  readonly maxFirst: number | null;
  readonly symptoms: readonly Symptom[];
  /** How many times the instances it may need. */
  readonly growth: number;
  readonly outOfMemory: number;
}

/** One change of the template for all that is saturated; null: none is wanted. */
export function wantedTemplate(at: TemplateLook): WantedTemplate | null {
  if (at.window.length < law.fewestMinutes) return null;
  const symptoms = symptomsOf(at);
  const { concurrency, ...targets } = cure(at, symptoms);
  const all = concurrency === undefined ? targets : { ...targets, concurrency };
  if (isNothing(all)) return null;
  // Under a ceiling a target brings what instances there are; a smaller concurrency takes away what they can do.
  const fits = concurrency === undefined || hasRoom(all, at);
  const set = fits || isNothing(targets) ? all : targets;
  const kind = fits || set === targets ? 'Change' : 'Ceiling';
  const growth = growthBy(set, at);
  const needed = Math.min(at.ceiling, Math.ceil(law.leastRoom * at.dayPeak * growth));
  const maxFirst = growth > 1 && needed > at.inForce.maxInstances ? needed : null;
  return { kind, set, maxFirst, symptoms, growth, outOfMemory: killsIn(at.window) };
}

const isNothing = (set: TunedSettings): boolean => Object.keys(set).length === 0;

/** Where many requests die with their instances, fewer requests in each are better than any number of them. */
const hasRoom = (set: TunedSettings, at: TemplateLook): boolean =>
  at.dayPeak * growthBy(set, at) <= law.ceilingPart * at.ceiling || diesOften(at);

/** Whatever is not known to be answered counts for nothing. */
function diesOften({ window, inForce }: TemplateLook): boolean {
  const outOfMemory = killsIn(window);
  const requests = window.reduce((sum, { minute }) => sum + 60 * (minute.requestsPerSecond ?? 0), 0);
  return outOfMemory > 0 && outOfMemory * inForce.concurrency >= law.crashLoop * requests;
}

const killsIn = (window: readonly Usage[]): number => window.reduce((sum, usage) => sum + usage.outOfMemory, 0);

/** What is saturated for long enough to be worth a revision. */
export function symptomsOf({ window, inForce, limit }: Pick<TemplateLook, 'window' | 'inForce' | 'limit'>): Symptom[] {
  const outOfMemory = killsIn(window);
  const sustained = sustainedLevels(window, inForce.concurrency);
  return resources.flatMap((resource) => {
    const levels = sustained[resource].filter((level) => level !== null);
    const hotAbove = resource === 'concurrency' ? crowdedAbove(limit, inForce.concurrency) : limit;
    const hotMinutes = levels.filter((level) => level > hotAbove).length;
    const worth =
      resource === 'memory'
        ? hotMinutes >= law.hotMemoryMinutes || outOfMemory > 0
        : hotMinutes >= law.hotMinutes && inForce.targets !== null;
    return worth ? [{ resource, hotMinutes, level: quantile(levels, 1 - law.tail) }] : [];
  });
}

/** The most in flight, as a part of the concurrency, from which on the mean is taken to be above the limit. */
const crowdedAbove = (limit: number, concurrency: number): number =>
  Math.max(limit, Math.min(law.crowded, limit + law.chanceDeviations * Math.sqrt(limit / concurrency)));

/** Where the autoscaler does not look at something yet, what it would do by itself is where its target starts from. */
const targetsOf = ({ targets }: InForce): ScalingTargets => ({
  cpuPercent: targets?.cpuPercent || usualTargets.cpuPercent,
  concurrencyPercent: targets?.concurrencyPercent || usualTargets.concurrencyPercent,
});

function cure({ window, inForce, bounds, limit }: TemplateLook, symptoms: readonly Symptom[]): TunedSettings {
  const { cpuPercent, concurrencyPercent } = targetsOf(inForce);
  const levelOf = (resource: Resource) => symptoms.find((symptom) => symptom.resource === resource)?.level;
  const target = (now: number, level: number): number =>
    within(bounds.scalingTargetsPercent, law.leastTargetPercent, Math.round((now * law.aim * limit) / level));
  const [cpu, memory, requests] = resources.map(levelOf);
  const cpuTargetPercent = cpu === undefined ? cpuPercent : target(cpuPercent, cpu);
  const concurrencyTargetPercent = requests === undefined ? concurrencyPercent : target(concurrencyPercent, requests);
  const concurrency = memory === undefined ? inForce.concurrency : cutOf(window, inForce, bounds.concurrency);
  return {
    ...(concurrency < inForce.concurrency * (1 - law.leastConcurrencyChange) && { concurrency }),
    ...(cpuPercent - cpuTargetPercent >= law.leastTargetChangePercent && { cpuTargetPercent }),
    ...(concurrencyPercent - concurrencyTargetPercent >= law.leastTargetChangePercent && { concurrencyTargetPercent }),
  };
}

/** The concurrency that memory asks for. */
function cutOf(window: readonly Usage[], { concurrency }: InForce, bounds: Bounds | null): number {
  const peaks = window.map(({ minute }) => minute.peakInFlight).filter((peak) => peak !== null);
  const asked = law.memoryCut * Math.min(concurrency, quantile(peaks, 0.99));
  return within(bounds, 1, Math.round(Math.max(law.mostCut * concurrency, asked)));
}

const within = (bounds: Bounds | null, least: number, wanted: number): number =>
  Math.max(least, bounds?.min ?? least, Math.min(bounds?.max ?? wanted, wanted));

/** As the autoscaler counts instances: by what each may have in flight, if it ever has that much, and by its CPU. */
function growthBy(set: TunedSettings, { window, inForce }: TemplateLook): number {
  const now = targetsOf(inForce);
  const concurrency = set.concurrency ?? inForce.concurrency;
  const room = (concurrency * (set.concurrencyTargetPercent ?? now.concurrencyPercent)) / 100;
  const roomNow = (inForce.concurrency * now.concurrencyPercent) / 100;
  const free = window.filter((usage) => isFull(usage) === false);
  const inFlight = (free.length > 0 ? free : window).map(meanInFlight).filter((mean) => mean !== null);
  const byRequests = Math.min(roomNow, law.busier * quantile(inFlight, law.busy)) / room;
  const byCpu = now.cpuPercent / (set.cpuTargetPercent ?? now.cpuPercent);
  return Math.min(law.mostGrowth, Math.max(1, byRequests, byCpu));
}
