/** What a schema cannot say, each rule once (rule.ts). */
import { type ConnectionLimit, instancesFor } from './connections.ts';
import { durationMs, durationText } from './duration.ts';
import type { Rule } from './rule.ts';

/** Text that is no duration at all is left to the pattern, so that one mistake is told once. */
export const lengthBetween = (min: string, max: string): Rule<string> => ({
  cel: `duration(self) >= duration('${min}') && duration(self) <= duration('${max}')`,
  message: `must be from ${min} to ${durationText(durationMs(max))}`,
  test: (self) => !(durationMs(self) < durationMs(min) || durationMs(self) > durationMs(max)),
});

export const serviceIsFixed: Rule<Readonly<Record<string, string>>> = {
  cel: 'self == oldSelf',
  message: 'cannot be changed: delete this policy and create one for the other service',
  by: [],
  test: (self, oldSelf) => !oldSelf || Object.keys(self).every((field) => self[field] === oldSelf[field]),
};

interface Metrics {
  readonly type: string;
  readonly project?: string | undefined;
  readonly address?: string | undefined;
  readonly authorization?: unknown;
  readonly basicAuth?: unknown;
}

export const addressGiven: Rule<Metrics> = {
  cel: "self.type != 'Prometheus' || has(self.address)",
  message: 'address is required with type Prometheus',
  hint: 'add address: https://prometheus.example.com',
  by: ['type'],
  test: (self) => self.type !== 'Prometheus' || self.address !== undefined,
};

export const addressFits: Rule<Metrics> = {
  cel: "self.type == 'Prometheus' || !has(self.address)",
  message: 'address is only for type Prometheus',
  hint: 'add type: Prometheus, or remove address',
  by: ['type'],
  test: (self) => self.type === 'Prometheus' || self.address === undefined,
};

export const projectFits: Rule<Metrics> = {
  cel: "self.type == 'GoogleManagedPrometheus' || !has(self.project)",
  message: 'project is only for type GoogleManagedPrometheus',
  hint: 'remove project',
  by: ['type'],
  test: (self) => self.type === 'GoogleManagedPrometheus' || self.project === undefined,
};

export const authFits: Rule<Metrics> = {
  cel: "self.type == 'Prometheus' || !(has(self.authorization) || has(self.basicAuth))",
  message: 'authorization and basicAuth are only for type Prometheus',
  hint: "remove it: Google is asked with the operator's own identity",
  by: ['type'],
  test: (self) => self.type === 'Prometheus' || (self.authorization === undefined && self.basicAuth === undefined),
};

export const oneAuth: Rule<Metrics> = {
  cel: '!(has(self.authorization) && has(self.basicAuth))',
  message: 'must not hold both authorization and basicAuth',
  hint: 'keep the one that the server asks for',
  by: [],
  test: (self) => self.authorization === undefined || self.basicAuth === undefined,
};

interface Indicator {
  readonly requests?: unknown;
  readonly latency?: unknown;
  readonly ratio?: unknown;
  readonly saturation?: unknown;
  readonly shared?: unknown;
}

export const oneIndicator: Rule<Indicator> = {
  cel: '[has(self.requests), has(self.latency), has(self.ratio), has(self.saturation), has(self.shared)].exists_one(given, given)',
  message: 'must hold exactly one of requests, latency, ratio, saturation and shared',
  hint: 'write requests: {} or latency: {percentile: 95, threshold: 300ms}; a second one is an objective of its own',
  by: [],
  test: ({ requests, latency, ratio, saturation, shared }) =>
    [requests, latency, ratio, saturation, shared].filter((given) => given !== undefined).length === 1,
};

interface Latency {
  readonly percentile?: number | undefined;
  readonly query?: string | undefined;
}

export const percentileOrQuery: Rule<Latency> = {
  cel: 'has(self.percentile) != has(self.query)',
  message: "must hold exactly one of percentile, for Cloud Run's own latencies, and query, which says its own",
  hint: 'add percentile: 95, or remove it beside a query',
  by: [],
  test: (self) => (self.percentile === undefined) !== (self.query === undefined),
};

export const unitOfQuery: Rule<{ readonly query?: string | undefined; readonly unit?: string | undefined }> = {
  cel: '!has(self.unit) || has(self.query)',
  message: "unit is only for a query: Cloud Run's own latencies are in milliseconds",
  hint: 'remove unit',
  by: [],
  test: (self) => self.unit === undefined || self.query !== undefined,
};

export const pathsOfQuery: Rule<{
  readonly query?: string | undefined;
  readonly excludePaths?: readonly string[] | undefined;
}> = {
  cel: '!has(self.excludePaths) || has(self.query)',
  message: "excludePaths is only for a query: Cloud Run's own latencies know no paths",
  hint: "remove it, or write query: with a histogram_quantile of the app's own buckets",
  by: [],
  test: (self) => self.excludePaths === undefined || self.query !== undefined,
};

interface Ratio {
  readonly query?: string | undefined;
  readonly bad?: string | undefined;
  readonly good?: string | undefined;
  readonly total?: string | undefined;
}

export const queryOrCounters: Rule<Ratio> = {
  cel: 'has(self.query) ? !has(self.bad) && !has(self.good) && !has(self.total) : has(self.bad) != has(self.good) && has(self.total)',
  message: 'must hold either query, or total with one of bad and good',
  hint: 'write query: sum(rate(bad[5m])) / sum(rate(total[5m])), or bad and total, or good and total, each with its counter',
  by: [],
  test: ({ query, bad, good, total }) =>
    query === undefined
      ? (bad === undefined) !== (good === undefined) && total !== undefined
      : bad === undefined && good === undefined && total === undefined,
};

interface Objective {
  readonly targetPercent?: number | undefined;
  readonly targetPercentByTier?: Readonly<Record<string, number>> | undefined;
  readonly indicator?: Indicator | undefined;
  readonly timeSlice?: string | undefined;
  readonly gate?: boolean | undefined;
}

export const targetGiven: Rule<Objective> = {
  cel: 'has(self.targetPercent) || has(self.targetPercentByTier) || (has(self.indicator) && (has(self.indicator.latency) || has(self.indicator.saturation)))',
  message:
    'targetPercent is required; only an objective of latency or saturation may leave it out: it has a default of its own',
  hint: 'add targetPercent: 99.9',
  by: ['indicator'],
  test: ({ targetPercent, targetPercentByTier, indicator }) =>
    targetPercent !== undefined ||
    targetPercentByTier !== undefined ||
    indicator?.latency !== undefined ||
    indicator?.saturation !== undefined,
};

export const neverGates: Rule<Objective> = {
  cel: '!has(self.indicator) || !has(self.indicator.saturation) || !has(self.gate) || !self.gate',
  message: 'gate: true is not for saturation: it is watched, and convicts no revision',
  hint: 'remove gate',
  by: ['indicator'],
  test: ({ indicator, gate }) => indicator?.saturation === undefined || gate !== true,
};

export const sharedConvictsNone: Rule<Objective> = {
  cel: '!has(self.indicator) || !has(self.indicator.shared) || !has(self.gate) || !self.gate',
  message: 'gate: true is not for what is shared: it names no revision, and can convict none',
  hint: 'remove gate',
  by: ['indicator'],
  test: ({ indicator, gate }) => indicator?.shared === undefined || gate !== true,
};

export const slicesOfEvents: Rule<Objective> = {
  cel: '!has(self.timeSlice) || !has(self.indicator) || !has(self.indicator.saturation)',
  message: 'timeSlice is not for saturation: its budget is of minutes already',
  hint: 'remove timeSlice',
  by: ['indicator'],
  test: ({ indicator, timeSlice }) => indicator?.saturation === undefined || timeSlice === undefined,
};

export const oneJudged: Rule<readonly Objective[]> = {
  cel: 'self.size() == 0 || self.exists(one, !has(one.indicator) || !(has(one.indicator.saturation) || has(one.indicator.shared)))',
  message: 'at least one must be neither of saturation nor shared: by those alone no revision can be judged',
  hint: 'add {name: availability, targetPercent: 99.9}',
  by: ['*'],
  test: (self) =>
    self.length === 0 ||
    self.some(({ indicator }) => indicator?.saturation === undefined && indicator?.shared === undefined),
};

interface Tiered {
  readonly tier?: string | undefined;
  readonly objectives: readonly Objective[];
}

const untold = ({ tier, objectives }: Tiered): number =>
  objectives.findIndex(
    ({ targetPercent, targetPercentByTier: byTier }) =>
      byTier !== undefined && targetPercent === undefined && (tier === undefined || !Object.hasOwn(byTier, tier)),
  );

export const tierHasTarget: Rule<Tiered> = {
  cel: 'self.objectives.all(one, !has(one.targetPercentByTier) || has(one.targetPercent) || (has(self.tier) && self.tier in one.targetPercentByTier))',
  message:
    "targetPercentByTier must have a target for the policy's tier where there is no targetPercent for all others",
  hint: (self) => {
    const named = Object.keys(self.objectives[untold(self)]?.targetPercentByTier ?? {}).join(', ');
    const { tier } = self;
    if (tier === undefined) return `spec.tier is not written: add tier, one of ${named}; or targetPercent`;
    return `tier ${tier} is none of ${named}: add a target for it, or targetPercent`;
  },
  at: (self) => ['objectives', untold(self), 'targetPercentByTier'],
  by: ['tier', 'objectives', 'objectives.*', 'objectives.*.targetPercentByTier'],
  test: (self) => untold(self) === -1,
};

const slices = ['1m', '2m', '3m', '4m', '5m', '6m', '10m', '12m', '15m', '20m', '30m', '1h'];

/** Every window is made of whole hours, in whatever time zone. Text that is no duration is left to the pattern. */
export const slicesFillHour: Rule<string> = {
  cel: `duration(self) in [${slices.map((length) => `duration('${length}')`).join(', ')}]`,
  message: `must fill an hour evenly, so that the window is made of whole slices: ${slices.join(', ')}`,
  test: (self) => Number.isNaN(durationMs(self)) || slices.some((length) => durationMs(length) === durationMs(self)),
};

export const tiersAreText: Rule<Readonly<Record<string, number>>> = {
  cel: 'self.all(tier, tier.size() >= 1 && tier.size() <= 63)',
  message: 'a tier must be 1 to 63 characters long',
  hint: 'write targetPercentByTier: {api: 99.9, beta: 99.5}',
  by: [],
  test: (self) => Object.keys(self).every((tier) => tier.length >= 1 && tier.length <= 63),
};

export const liftsAbove: Rule<{ readonly whenRemainingBelowPercent: number; readonly liftAbovePercent: number }> = {
  cel: 'self.liftAbovePercent > self.whenRemainingBelowPercent',
  message: 'liftAbovePercent must be above whenRemainingBelowPercent, or it would come and go with every request',
  hint: ({ whenRemainingBelowPercent: when }) => `write liftAbovePercent: ${Math.min(when + 10, (when + 100) / 2)}`,
  by: ['whenRemainingBelowPercent', 'liftAbovePercent'],
  // What always holds is told of by its own bounds.
  test: (self) => self.whenRemainingBelowPercent >= 100 || self.liftAbovePercent > self.whenRemainingBelowPercent,
};

export const stepsRise: Rule<readonly number[]> = {
  cel: 'self.isSorted() && self.all(step, self.exists_one(other, other == step))',
  message: 'steps must rise, each greater than the one before it',
  test: (self) => self.every((step, index) => index === 0 || step > self[index - 1]!),
};

interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export const boundsInOrder: Rule<Bounds> = {
  cel: '!has(self.min) || !has(self.max) || self.min <= self.max',
  message: 'min must not be greater than max',
  hint: ({ min, max }) => `write {min: ${max}, max: ${min}}, or remove one of them`,
  by: ['min', 'max'],
  test: ({ min, max }) => min === undefined || max === undefined || min <= max,
};

interface Levers {
  readonly minInstances?: Bounds | undefined;
  readonly maxInstances?: Bounds | undefined;
}

export const minimumBelowMaximum: Rule<Levers> = {
  cel: '!has(self.minInstances) || !has(self.minInstances.min) || !has(self.maxInstances) || !has(self.maxInstances.max) || self.minInstances.min <= self.maxInstances.max',
  message: 'minInstances.min must not be greater than maxInstances.max',
  hint: 'lower minInstances.min, or raise maxInstances.max',
  by: ['minInstances.min', 'maxInstances.max'],
  test: ({ minInstances, maxInstances }) =>
    minInstances?.min === undefined || maxInstances?.max === undefined || minInstances.min <= maxInstances.max,
};

export const oneInstanceConnects: Rule<ConnectionLimit> = {
  cel: 'self.max - self.reserve >= self.perInstance',
  message: 'not even one instance can connect: what max leaves beside reserve must be at least perInstance',
  hint: ({ max, reserve, perInstance }) =>
    `${max} without ${reserve} leaves ${Math.max(0, max - reserve)} for instances of ${perInstance}: raise max to ${reserve + perInstance} or more, or lower reserve or perInstance`,
  by: ['max', 'reserve', 'perInstance'],
  // A limit that is none is told of by its own bounds.
  test: (self) => self.max < 1 || self.perInstance < 1 || self.reserve < 0 || instancesFor(self) >= 1,
};
