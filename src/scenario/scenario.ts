/**
 * A scenario: one deploy into one world, as people write it down. What is left out of the candidate equals the stable, and
 * what is left out of the stable is the lab's healthy service.
 */
import { z } from 'zod';
import { eventShape, type LabEvent } from './events.ts';
import type { LatencyMs } from './lognormal.ts';
import { type Noise, noiseShape } from './noise.ts';
import { duration, longerThanZero, percent, type Read, readAs, shaped } from './shape.ts';

export interface Scenario {
  readonly name: string;
  /** What a perfect judge would do with the candidate. */
  readonly truth: 'Good' | 'Bad';
  /** How long the world runs after the deploy. */
  readonly horizonMs: number;
  /** How far apart the samples come. */
  readonly tickMs: number;
  readonly metricsDelayMs: number;
  readonly traffic: {
    readonly rps: number;
    readonly shape: 'Constant' | 'Diurnal' | 'Steps';
    /** From each on, requests a second; before the first, `rps`. */
    readonly steps: readonly { readonly atMs: number; readonly rps: number }[];
    readonly connectionsPerRequest: number;
  };
  readonly stable: Arm;
  readonly candidate: Arm & {
    /** On top in the first `forMs` after the deploy. */
    readonly coldStart: { readonly errorPercent: number; readonly forMs: number };
  };
  /** `at` counts from the deploy. */
  readonly events: readonly LabEvent[];
  readonly noise: Noise;
  /** A further candidate, like the first, this often; null: there is one. */
  readonly deployEveryMs: number | null;
}

export interface Arm {
  readonly errorPercent: number;
  readonly latencyMs: LatencyMs;
  /** Of its WebSocket connections. */
  readonly websocketDisconnectPercent: number;
  /** On top while its own share of the traffic is above `aboveRps`; null: never. */
  readonly overload: { readonly aboveRps: number; readonly errorPercent: number } | null;
}

/** How long the stable alone has served before the deploy. */
export const historyMs = 6 * 3_600_000;

const healthy: Arm = {
  errorPercent: 0.05,
  latencyMs: { p50: 110, p95: 250, p99: 350 },
  websocketDisconnectPercent: 0.3,
  overload: null,
};

const rps = z.number().min(0).max(1_000_000);
const minute = 60_000;

const latencyMs = z
  .strictObject({
    p50: z.number().gt(0).describe('The median.'),
    p95: z.number().gt(0).describe('95 of 100 requests are faster.'),
    p99: z.number().gt(0).describe('99 of 100 requests are faster. The three must rise.'),
  })
  .refine(({ p50, p95, p99 }) => p50 < p95 && p95 < p99, 'p50, p95 and p99 must rise');

const armFields = {
  errorPercent: percent.optional().describe('Requests that fail, in percent.'),
  latencyMs: latencyMs.optional().describe('How long requests take, in milliseconds.'),
  websocketDisconnectPercent: percent.optional().describe('WebSocket connections that break, in percent.'),
  overload: z
    .strictObject({
      aboveRps: rps.describe('More requests a second than this are too many for it.'),
      errorPercent: percent.describe('Requests that fail on top of the others then, in percent.'),
    })
    .optional()
    .describe('Trouble that comes only with so much traffic of its own.'),
};

/** It is printed as it is, in a table. */
const name = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !/\p{Cc}/u.test(text), 'must be in one line, without control characters');

export const scenario = z
  .strictObject({
    name: name.describe('What it is called in the table. One line.'),
    truth: z.enum(['Good', 'Bad']).describe('What a perfect judge would find the candidate to be.'),
    horizon: longerThanZero
      .refine((lengthMs) => lengthMs <= 7 * 24 * 60 * minute, 'must be at most 168h')
      .prefault('2h')
      .describe('How long the world runs after the deploy. At most 168h.'),
    tick: duration
      .refine((lengthMs) => lengthMs >= 1000 && lengthMs <= 10 * minute, 'must be from 1s to 10m')
      .prefault('15s')
      .describe('How far apart the samples of the metrics are. From 1s to 10m.'),
    metricsDelay: duration
      .refine((lengthMs) => lengthMs <= 60 * minute, 'must be at most 1h')
      .prefault('0s')
      .describe('How late the metrics are seen. At most 1h.'),
    traffic: z
      .strictObject({
        rps: rps.gt(0).default(100).describe('Requests a second to both revisions together.'),
        shape: z
          .enum(['Constant', 'Diurnal', 'Steps'])
          .default('Constant')
          .describe('Diurnal comes and goes by 60 % in four hours; Steps follows steps.'),
        steps: z
          .array(
            z.strictObject({
              at: duration.describe('From when on, counted from the deploy.'),
              rps: rps.describe('Requests a second from then on.'),
            }),
          )
          .max(1000)
          .default([])
          .describe('For shape Steps: each later than the one before it.'),
        connectionsPerRequest: z
          .number()
          .min(0)
          .max(1000)
          .default(0.2)
          .describe('WebSocket connections that are opened, for each request.'),
      })
      .superRefine(({ shape, steps }, context) => {
        const problem = (path: (string | number)[], message: string) =>
          context.addIssue({ code: 'custom', path, message });
        if (shape === 'Steps' && steps.length === 0) problem(['steps'], 'shape Steps needs at least one step');
        if (shape !== 'Steps' && steps.length > 0)
          problem(['steps'], `means nothing with shape ${shape}; write shape: Steps`);
        steps.forEach(({ at }, i) => {
          if (i > 0 && at <= steps[i - 1]!.at) problem(['steps', i, 'at'], 'must be later than the step before');
        });
      })
      .prefault({})
      .describe('What the service has to answer.'),
    stable: z
      .strictObject(armFields)
      .default({})
      .describe("The revision that serves before the deploy. What is left out is the lab's healthy service."),
    candidate: z
      .strictObject({
        ...armFields,
        coldStart: z
          .strictObject({
            errorPercent: percent.describe('Requests that fail on top of the others then, in percent.'),
            for: longerThanZero.describe('How long, from the deploy on.'),
          })
          .optional()
          .describe('Trouble of its first minutes.'),
      })
      .default({})
      .describe('The revision that is deployed. What is left out is as the stable has it.'),
    events: z
      .array(eventShape.refine(({ on }) => on !== 'Logs', { path: ['on'], message: 'a scenario has no logs' }))
      .max(100)
      .default([])
      .describe('What happens, and when: see below.'),
    noise: noiseShape.prefault({}).describe("What is always there and nobody's doing."),
    deployEvery: duration
      .refine((lengthMs) => lengthMs >= minute, 'must be at least 1m')
      .optional()
      .describe('A further candidate like the first, this often. At least 1m. Left out, there is one.'),
  })
  .transform((given): Scenario => {
    const stable: Arm = { ...healthy, ...defined(given.stable) };
    const { coldStart, ...candidate } = given.candidate;
    return {
      name: given.name,
      truth: given.truth,
      horizonMs: given.horizon,
      tickMs: given.tick,
      metricsDelayMs: given.metricsDelay,
      traffic: { ...given.traffic, steps: given.traffic.steps.map(({ at, rps }) => ({ atMs: at, rps })) },
      stable,
      candidate: {
        ...stable,
        ...defined(candidate),
        coldStart: { errorPercent: coldStart?.errorPercent ?? 0, forMs: coldStart?.for ?? 0 },
      },
      events: given.events,
      noise: given.noise,
      deployEveryMs: given.deployEvery ?? null,
    };
  });

/** A scenario as people write it: lengths are texts such as "10m". */
export type ScenarioText = z.input<typeof scenario>;

/** The scenario, or its unknown fields and impossible values. */
export const scenarioIn = (value: unknown): Read<Scenario> => readAs(scenario, value);

/** Throws Misshapen, naming the path, for unknown fields and impossible values. */
export const parseScenario = (value: unknown): Scenario => shaped(scenario, value);

function defined<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
