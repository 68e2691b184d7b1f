/** `spec.objectives`: what is promised, and how it is measured. */
import { z } from 'zod';
import { durationPattern } from '../duration.ts';
import { ruled, whereReadable } from '../rule.ts';
import {
  neverGates,
  oneIndicator,
  oneJudged,
  pathsOfQuery,
  percentileOrQuery,
  queryOrCounters,
  sharedConvictsNone,
  slicesFillHour,
  slicesOfEvents,
  targetGiven,
  tiersAreText,
  unitOfQuery,
} from '../rules.ts';
import { distinct, dnsLabel, length, listOf } from './fields.ts';

/** PromQL; whether it can be taken apart into counters is told by `check` and by the operator, with the place. */
const query = z.string().min(1).max(8192);

const latency = ruled(
  z.object({
    percentile: z.number().gt(1).lt(100).optional().meta({
      description: "Which percentile of Cloud Run's own latencies is meant: 95 is p95. A query says it by itself.",
      example: 95,
    }),
    threshold: length('1ms', '1h').meta({ description: 'A request slower than this is a bad one.', example: '300ms' }),
    query: query.optional().meta({
      description: "PromQL of a quantile of the app's own histogram, as on a dashboard.",
      example: 'histogram_quantile(0.95, sum by (le) (rate(http_server_duration_seconds_bucket{job="api"}[5m])))',
    }),
    unit: z.enum(['Seconds', 'Milliseconds']).optional().meta({
      description: "What the boundaries of the query's histogram are in, where its name leaves it open.",
      example: 'Milliseconds',
    }),
    excludePaths: distinct(
      listOf(
        z
          .string()
          .max(256)
          .regex(/^\/[!-~]*$/, 'must be a path as the metric has it, such as /healthz'),
        1,
        20,
      ),
      null,
      'there is already the path',
      'write it once',
    )
      .optional()
      .meta({
        description:
          "Paths whose requests do not count, exactly as the app's histogram has them. Its label for them is looked for: route, path and the like.",
        example: ['/healthz'],
        'x-kubernetes-list-type': 'set',
      }),
  }),
  percentileOrQuery,
  unitOfQuery,
  pathsOfQuery,
);

const ratio = ruled(
  z.object({
    query: query.optional().meta({
      description:
        'PromQL of bad events divided by all events, as on a dashboard; of good events where its form proves that it is so.',
      example:
        'sum(rate(http_requests_total{job="api",status=~"5.."}[5m])) / sum(rate(http_requests_total{job="api"}[5m]))',
    }),
    bad: query.optional().meta({
      description: 'The counter of bad events alone.',
      example: 'http_requests_total{job="api",status=~"5.."}',
    }),
    good: query.optional().meta({
      description: 'The counter of good events alone, instead of the bad ones.',
      example: 'http_requests_total{job="api",status!~"5.."}',
    }),
    total: query.optional().meta({
      description: 'The counter of all events alone.',
      example: 'http_requests_total{job="api"}',
    }),
  }),
  queryOrCounters,
);

const shared = z.object({
  bad: query.meta({
    description: 'The counter of bad events.',
    example: 'cloudsql_connect_errors_total{database="main"}',
  }),
  total: query.meta({
    description: 'The counter of all events.',
    example: 'cloudsql_connects_total{database="main"}',
  }),
});

/** Those that hold queries, each by itself: for what can be understood although something around it is wrong. */
export const countedKinds = { latency, ratio, shared };

const mostTiers = 20;

// No default for the whole indicator: a stored `requests: {}` would stay beside a `latency` applied later, and then be two.
const indicator = ruled(
  z.object({
    requests: z.object({}).optional().meta({
      description: "Share of requests answered without a 5xx, by Cloud Run's own request count.",
      example: {},
    }),
    latency: latency.optional().meta({
      description:
        "Share of requests answered within the threshold, by Cloud Run's own latencies or the app's histogram.",
      example: { percentile: 95, threshold: '300ms' },
    }),
    ratio: ratio.optional().meta({
      description: "Bad events for each event, by the app's own counters. There may be more bad ones than events.",
      example: { bad: 'ws_disconnects_total{job="api"}', total: 'ws_connections_total{job="api"}' },
    }),
    saturation: z
      .object({
        resource: z.enum(['Cpu', 'Memory', 'Concurrency']).meta({
          description: 'What the instances must not be too full of.',
          example: 'Memory',
        }),
      })
      .optional()
      .meta({
        description:
          'Share of the minutes of the last 24 hours in which the instance at the 95th percentile was within tuning.maxSaturationPercent. It is watched, and convicts no revision.',
        example: { resource: 'Memory' },
      }),
    shared: shared.optional().meta({
      description:
        'Bad events for each event of something that names no revision, such as a database that all share. It has a budget and alerts, and convicts no revision.',
      example: {
        bad: 'cloudsql_connect_errors_total{database="main"}',
        total: 'cloudsql_connects_total{database="main"}',
      },
    }),
  }),
  oneIndicator,
);

const targetPercent = z.number().gt(1).lt(100);

const targetPercentByTier = ruled(
  z.record(z.string(), targetPercent).superRefine(
    (tiers, context) => {
      const count = Object.keys(tiers).length;
      if (count >= 1 && count <= mostTiers) return;
      const params = { hint: 'write targetPercentByTier: {api: 99.9, beta: 99.5}' };
      context.addIssue({ code: 'custom', message: `must have 1 to ${mostTiers} tiers, not ${count}`, params });
    },
    { when: whereReadable([]) },
  ),
  tiersAreText,
);

const timeSlice = ruled(
  z.string().max(20).regex(durationPattern, 'must be a length of time such as 5m, 1m or 1h'),
  slicesFillHour,
);

const objective = ruled(
  z.object({
    name: dnsLabel.meta({ description: 'Name of the objective, unique in this policy.', example: 'availability' }),
    targetPercent: targetPercent.optional().meta({
      description:
        'Share of good events the SLO asks for, in percent. A latency objective may leave it out: it is its percentile; so may one of saturation: it is 99.5, of all minutes.',
      example: 99.9,
    }),
    targetPercentByTier: targetPercentByTier.optional().meta({
      description:
        "The same for each tier, by the policy's own spec.tier. A tier that is not among them has targetPercent.",
      example: { api: 99.9, prod: 99.95, beta: 99.5 },
      minProperties: 1,
      maxProperties: mostTiers,
    }),
    indicator: indicator.optional().meta({
      description: 'What is measured: exactly one of the kinds below. Left out, it is requests.',
      example: { requests: {} },
    }),
    timeSlice: timeSlice.optional().meta({
      description:
        'The error budget counts slices of this length that kept the target, instead of good events. Left out, it counts events.',
      example: '5m',
    }),
    // Without a default here: as a stored field, it would contradict a saturation.
    gate: z.boolean().optional().meta({
      description:
        'Whether this objective may hold or convict a revision. With false it is only shown. Left out, it may; one of saturation never does, nor one that is shared.',
      example: false,
    }),
  }),
  targetGiven,
  neverGates,
  sharedConvictsNone,
  slicesOfEvents,
).meta({ description: 'One promise.', example: { name: 'availability', targetPercent: 99.9 } });

export const objectives = ruled(
  distinct(listOf(objective, 1, 20), 'name', 'there is already an objective named', 'give it a name of its own'),
  oneJudged,
).meta({
  example: [{ name: 'availability', targetPercent: 99.9 }],
  description: 'What the service promises. Every objective that gates must be kept for a revision to be promoted.',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
});
