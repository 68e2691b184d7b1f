/** What is always there, and nobody's doing: errors in clusters, trouble that comes and goes, luck with instances. */
import { z } from 'zod';
import { longerThanZero, percent, repetition } from './shape.ts';

/** Whether each arm has it at instants of its own, or both have it at once. */
export type Reach = 'Each' | 'Both';

export interface Noise {
  /** Errors come in clusters of this mean size; 1: alone. */
  readonly errorClusterMean: number;
  /** Hit both arms at the same time, with a phase of each run's own. */
  readonly bursts: { readonly everyMs: number; readonly forMs: number; readonly errorPercent: number } | null;
  readonly instances: InstanceNoise | null;
  readonly latencyBursts: LatencyBursts | null;
  readonly spells: SpellNoise | null;
}

/** An arm has one instance for every `each` requests a second; each has a latency factor of mean 1 and this deviation. */
export interface InstanceNoise {
  readonly sd: number;
  readonly each: number;
}

export interface LatencyBursts {
  readonly everyMs: number;
  readonly forMs: number;
  readonly latencyFactor: number;
  readonly on: Reach;
}

/** Errors that come at any time, rise and fall again. */
export interface SpellNoise {
  readonly perDay: number;
  readonly lengthMs: { readonly p50: number; readonly p90: number; readonly max: number };
  readonly peakErrorPercent: { readonly p50: number; readonly p90: number };
  readonly on: Reach;
}

const reach = z
  .enum(['Each', 'Both'])
  .default('Each')
  .describe('Whether each revision has it at instants of its own, or both at once.');
const isShorter = [
  ({ every, for: length }: { readonly every: number; readonly for: number }): boolean => length < every,
  'for must be shorter than every',
] as const;
const minutes = z.number().gt(0).max(1440);
const aboveZero = percent.gt(0);

const unrestFields = {
  latencyBursts: z
    .strictObject({
      every: repetition.describe('How often. At least 1s.'),
      for: longerThanZero.describe('How long each time, shorter than every.'),
      latencyFactor: z.number().gt(0).max(1000).describe('Every request takes so many times as long.'),
      on: reach,
    })
    .refine(...isShorter)
    .transform(
      ({ every, for: forMs, latencyFactor, on }): LatencyBursts => ({ everyMs: every, forMs, latencyFactor, on }),
    )
    .optional()
    .describe('Everything is slow, again and again.'),
  spells: z
    .strictObject({
      perDay: z.number().gt(0).max(1440).describe('How many a day.'),
      lengthMinutes: z
        .strictObject({
          p50: minutes.describe('Half are shorter.'),
          p90: minutes.describe('Nine of ten are shorter.'),
          max: minutes.describe('None is longer. The three must not fall.'),
        })
        .refine(({ p50, p90, max }) => p50 <= p90 && p90 <= max, 'p50, p90 and max must not fall')
        .describe('How long they last, in minutes.'),
      peakErrorPercent: z
        .strictObject({
          p50: aboveZero.describe('Half rise less.'),
          p90: aboveZero.describe('Nine of ten rise less. At least p50.'),
        })
        .refine(({ p50, p90 }) => p50 <= p90, 'p90 must be at least p50')
        .describe('How many requests fail at their worst, in percent.'),
      on: reach,
    })
    .transform(({ lengthMinutes: { p50, p90, max }, ...rest }): SpellNoise => {
      return { ...rest, lengthMs: { p50: p50 * 60_000, p90: p90 * 60_000, max: max * 60_000 } };
    })
    .optional()
    .describe('Errors that come at any time, rise and fall again.'),
};

const sd = z.number().gt(0).max(2);

/** The noise of one service of a lab, where the scaler decides how many instances there are. */
export interface LabNoise {
  readonly instances: Pick<InstanceNoise, 'sd'> | null;
  readonly latencyBursts: LatencyBursts | null;
  readonly spells: SpellNoise | null;
}

export const labNoiseShape = z
  .strictObject({ instances: z.strictObject({ sd }).optional(), ...unrestFields })
  .transform(
    ({ instances = null, latencyBursts = null, spells = null }): LabNoise => ({ instances, latencyBursts, spells }),
  );

export const noiseShape = z
  .strictObject({
    errorClusterMean: z
      .number()
      .min(1)
      .max(10_000)
      .default(1)
      .describe('Errors come in clusters of this mean size; 1 is alone.'),
    bursts: z
      .strictObject({
        every: repetition.describe('How often. At least 1s.'),
        for: longerThanZero.describe('How long each time, shorter than every.'),
        errorPercent: percent.describe('Requests that fail on top of the others, in percent.'),
      })
      .refine(...isShorter)
      .transform(({ every, for: forMs, errorPercent }) => ({ everyMs: every, forMs, errorPercent }))
      .optional()
      .describe('Errors that hit both revisions at the same instants.'),
    instances: z
      .strictObject({
        sd: sd.describe('The standard deviation of its factor, whose mean is 1.'),
        each: z.number().min(0.001).max(1_000_000).describe('Requests a second for one instance.'),
      })
      .optional()
      .describe('Each instance is faster or slower by a factor of its own.'),
    ...unrestFields,
  })
  .transform(
    ({ errorClusterMean, bursts = null, instances = null, latencyBursts = null, spells = null }): Noise => ({
      errorClusterMean,
      bursts,
      instances,
      latencyBursts,
      spells,
    }),
  );
