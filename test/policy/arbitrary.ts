/** Policies at random: fine ones, and fine ones with something wrong or odd in them. */
import fc from 'fast-check';

const word = fc.stringMatching(/^[a-z][a-z0-9]{3,12}$/);
const percent = fc.oneof(fc.integer({ min: 2, max: 99 }), fc.constantFrom(99.9, 99.95, 99.99, 50.5));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const lengthText = (minMinutes: number, maxMinutes: number) =>
  fc.integer({ min: minMinutes, max: maxMinutes }).chain((minutes) => {
    return fc.constantFrom(`${minutes}m`, `${minutes * 60}s`, `${Math.floor(minutes / 60)}h${minutes % 60}m`);
  });

const indicator = fc.oneof(
  fc.constant({ requests: {} }),
  fc.record({
    latency: fc.record({ percentile: percent, threshold: fc.constantFrom('1ms', '300ms', '1s500ms', '1h') }),
  }),
  fc.constantFrom(
    {
      latency: {
        threshold: '300ms',
        query: 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket{job="api"}[5m])))',
        excludePaths: ['/healthz', '/users/:id'],
      },
    },
    { ratio: { query: 'sum(rate(bad_total[5m])) / sum(rate(all_total[5m]))' } },
    { ratio: { bad: 'bad_total', total: 'sum(rate(all_total{job="api"}[5m]))' } },
  ),
);

/** Of whatever tier, none, or another. */
const byTier = fc.constantFrom({ api: 99.9, beta: 99.5 }, { prod: 50, 'a tier': 99 });
const timeSlice = fc.constantFrom('1m', '5m', '60s', '0h30m', '1h');

const objective = fc
  .record({
    name: word,
    targetPercent: percent,
    targetPercentByTier: optional(byTier),
    indicator: optional(indicator),
    timeSlice: optional(timeSlice),
    gate: optional(fc.boolean()),
  })
  .chain((drawn) => {
    const targetIsFree = drawn.indicator !== undefined && 'latency' in drawn.indicator;
    return targetIsFree && drawn.targetPercentByTier === undefined
      ? fc.constantFrom(drawn, { ...drawn, targetPercent: undefined })
      : fc.constant(drawn);
  });

/** No word has a hyphen. */
const shared = fc.record({
  name: fc.constant('the-database'),
  targetPercent: percent,
  indicator: fc.constant({ shared: { bad: 'db_errors_total{db="main"}', total: 'sum(rate(db_connects_total[5m]))' } }),
  timeSlice: optional(timeSlice),
  gate: fc.constantFrom(false, undefined),
});

const window = fc.oneof(
  fc.integer({ min: 7, max: 90 }).map((days) => `${days}d`),
  fc.record({
    calendar: fc.constantFrom('Month', 'Quarter'),
    timeZone: optional(fc.constantFrom('UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+2')),
  }),
);

const errorBudgetPolicy = fc.uniqueArray(
  fc
    .record({
      action: fc.constantFrom('Slow', 'Freeze', 'RequirePostmortem'),
      whenRemainingBelowPercent: fc.integer({ min: 0, max: 98 }),
      above: fc.integer({ min: 1, max: 99 }),
    })
    .map(({ above, ...rule }) => ({
      ...rule,
      liftAbovePercent: Math.min(99, rule.whenRemainingBelowPercent + above),
    })),
  { selector: ({ action }) => action },
);

const generate = fc.record({
  rules: optional(fc.constantFrom('GlobalRules', 'PrometheusRule')),
  runbookUrl: optional(fc.constantFrom('https://example.com', 'http://a.b:8080/c/d.md?e=f&g=h')),
});

const watched = fc.record({
  name: fc.constant('the-instances'),
  indicator: fc.constantFrom('Cpu', 'Memory', 'Concurrency').map((resource) => ({ saturation: { resource } })),
  targetPercent: optional(percent),
  gate: fc.constantFrom(false, undefined),
});

const secretKey = fc.record({ name: word, key: fc.constantFrom('token', 'pass_word', 'a.b-C') });

const metrics = fc.oneof(
  fc.record({ type: optional(fc.constant('GoogleManagedPrometheus')), project: optional(word) }),
  fc.record({
    type: fc.constant('Prometheus'),
    address: fc.constantFrom('http://prometheus:9090', 'https://prometheus.example.com/prefix', 'http://[::1]:9090'),
  }),
  fc.record({
    type: fc.constant('Prometheus'),
    address: fc.constant('http://prometheus:9090'),
    authorization: fc.record({ credentials: secretKey }),
  }),
  fc.record({
    type: fc.constant('Prometheus'),
    address: fc.constant('http://prometheus:9090'),
    basicAuth: fc.record({ username: secretKey, password: secretKey }),
  }),
);

const rollout = fc.record({
  profile: optional(fc.constantFrom('Fast', 'Balanced', 'Careful')),
  stepsPercent: optional(
    fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 10 })
      .map((steps) => steps.sort((a, b) => a - b)),
  ),
  onInconclusive: optional(fc.constantFrom('Promote', 'Hold', 'Rollback')),
  onMetricsOutage: optional(fc.constantFrom('Hold', 'Withdraw')),
  maxBake: optional(lengthText(5, 24 * 60)),
  guardWindow: optional(lengthText(0, 168 * 60)),
  warmup: optional(lengthText(0, 15)),
});

const bounds = (min: number, max: number) =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.constantFrom('both', 'min', 'max', 'none'))
    .map(([a, b, given]) => ({
      ...((given === 'both' || given === 'min') && { min: Math.min(a, b) }),
      ...((given === 'both' || given === 'max') && { max: Math.max(a, b) }),
    }));

const connection = fc
  .record({
    name: word,
    instances: fc.integer({ min: 1, max: 50 }),
    perInstance: fc.integer({ min: 1, max: 100 }),
    reserve: optional(fc.integer({ min: 0, max: 100 })),
  })
  .map(({ instances, reserve = 0, ...rest }) => ({ ...rest, reserve, max: instances * rest.perInstance + reserve }));

const tuning = fc.record({
  mode: optional(fc.constantFrom('Off', 'Recommend', 'ServiceLevel', 'Auto')),
  maxSaturationPercent: optional(fc.integer({ min: 30, max: 95 })),
  maxInstances: optional(bounds(100, 10_000)),
  minInstances: optional(bounds(0, 100)),
  concurrency: optional(bounds(1, 1000)),
  scalingTargets: optional(bounds(10, 95)),
  connections: optional(fc.uniqueArray(connection, { maxLength: 3, selector: ({ name }) => name })),
});

/** As JSON brings it: what is left out is not there. */
export const finePolicy: fc.Arbitrary<Json> = fc
  .record({
    apiVersion: fc.constant('steadyrun.dev/v1alpha1'),
    kind: fc.constant('SLOPolicy'),
    metadata: fc.record({ name: word }),
    spec: fc.record({
      service: fc.record({
        project: word,
        region: fc.constantFrom('europe-west1', 'us-central1', 'northamerica-northeast2'),
        name: word,
      }),
      mode: optional(fc.constantFrom('Enforce', 'Observe')),
      tier: optional(fc.constantFrom('api', 'beta', 'a tier')),
      window: optional(window),
      metrics: optional(metrics),
      objectives: fc
        .tuple(
          fc.uniqueArray(objective, { minLength: 1, maxLength: 5, selector: ({ name }) => name }),
          optional(watched),
          optional(shared),
        )
        .map(([judged, ...others]) => [...judged, ...others.filter((one) => one !== undefined)]),
      rollout: optional(rollout),
      errorBudgetPolicy: optional(errorBudgetPolicy),
      generate: optional(generate),
      tuning: optional(tuning),
    }),
  })
  .map((policy) => JSON.parse(JSON.stringify(policy)) as Json);

export type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

const oddValues = fc.constantFrom<Json>(
  ...[
    null,
    true,
    false,
    0,
    1,
    -1,
    0.5,
    1.5,
    95,
    100,
    1e308,
    '',
    'a',
    'A',
    'on',
    'a b',
    'x'.repeat(64),
    '5m',
    '0s',
    '1h',
    '25h',
  ],
  ...[
    '99999999999h',
    '5mm',
    'Enforce',
    'Prometheus',
    'http://a',
    'ftp://a',
    'http://a b',
    'europe-west1',
    'é',
    '../..',
  ],
  ...[[], {}, [1], [5, 5], [9, 3], [1, 2, 3], [''], [{}], Array.from({ length: 11 }, (_, index) => index + 1)],
);

/** A fine policy with one to three of its values replaced or taken out, below spec. */
export const oddPolicy: fc.Arbitrary<Json> = fc
  .tuple(
    finePolicy,
    fc.array(fc.tuple(fc.nat(), fc.option(oddValues, { nil: undefined })), { minLength: 1, maxLength: 3 }),
  )
  .map(([policy, changes]) => changes.reduce((changed, [at, value]) => changedAt(changed, at, value), policy));

function changedAt(policy: Json, at: number, value: Json | undefined): Json {
  const copy = structuredClone(policy);
  const places = placesIn((copy as { spec: Json }).spec);
  const place = places[at % Math.max(1, places.length)];
  if (!place) return copy;
  if (value !== undefined) Reflect.set(place.parent, place.field, value);
  else if (Array.isArray(place.parent)) place.parent.splice(Number(place.field), 1);
  else Reflect.deleteProperty(place.parent, place.field);
  return copy;
}

function placesIn(value: Json): { readonly parent: object; readonly field: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) => [{ parent: value, field }, ...placesIn(inner)]);
}
