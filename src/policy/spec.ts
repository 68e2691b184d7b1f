/**
 * What a team declares. This schema is the single source of the CRD, the types, the defaults, the offline check and the
 * reference page; a field exists here only when the operator acts on it.
 *
 * Written within what a structural OpenAPI schema can hold: no unions, every text and list bounded.
 */
import { z } from 'zod';
import { durationPattern } from './duration.ts';
import {
  addressFits,
  addressGiven,
  authFits,
  lengthBetween,
  oneAuth,
  oneIndicator,
  percentileOrQuery,
  projectFits,
  queryOrCounters,
  ruled,
  serviceIsFixed,
  stepsRise,
  targetGiven,
} from './rules.ts';

const length = (min: string, max: string) =>
  ruled(
    z.string().max(20).regex(durationPattern, 'must be a length of time such as 45m, 300ms or 1h30m'),
    lengthBetween(min, max),
  );

const projectId = z
  .string()
  .min(4)
  .max(63)
  .regex(
    /^([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]$/,
    'must be a Google Cloud project ID: lower-case letters, digits and hyphens, beginning with a letter',
  );

const service = ruled(
  z.object({
    project: projectId.meta({ description: 'ID of the Google Cloud project that holds the service.', example: 'acme' }),
    region: z
      .string()
      .max(40)
      .regex(/^[a-z]+-[a-z]+[0-9]{1,2}$/, 'must be a Google Cloud region such as europe-west1')
      .meta({ description: 'Region that the service runs in.', example: 'europe-west1' }),
    name: z
      .string()
      .max(49)
      .regex(
        /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
        'must be the name of a Cloud Run service: lower-case letters, digits and hyphens, beginning with a letter',
      )
      .meta({ description: 'Name of the service.', example: 'api' }),
  }),
  serviceIsFixed,
).meta({
  description: 'The Cloud Run service to keep inside its SLOs. One policy a service; it cannot be changed later.',
  example: { project: 'acme', region: 'europe-west1', name: 'api' },
});

const mode = z.enum(['Enforce', 'Observe']).default('Enforce').meta({
  description: 'Enforce moves traffic. Observe judges, says what it would do and writes nothing to Cloud Run.',
  example: 'Observe',
});

const secretKey = (what: string, name: string, key: string) =>
  z
    .object({
      name: z
        .string()
        .max(253)
        .regex(
          /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
          'must be the name of a Secret: lower-case letters, digits, hyphens and dots',
        )
        .meta({ description: "Name of a Secret in the policy's own namespace.", example: name }),
      key: z
        .string()
        .max(253)
        .regex(/^[A-Za-z0-9._-]+$/, 'must be a key of the Secret: letters, digits, hyphens, underscores and dots')
        .meta({ description: 'Key within the Secret.', example: key }),
    })
    .meta({ description: what, example: { name, key } });

const authorization = z
  .object({ credentials: secretKey('Where the token is kept, without the word Bearer.', 'prometheus', 'token') })
  .meta({
    description: 'For Prometheus: queries carry a bearer token. The operator needs to be granted its Secret by name.',
    example: { credentials: { name: 'prometheus', key: 'token' } },
  });

const basicAuth = z
  .object({
    username: secretKey('Where the user name is kept.', 'prometheus', 'username'),
    password: secretKey('Where the password is kept.', 'prometheus', 'password'),
  })
  .meta({
    description:
      'For Prometheus: queries carry user name and password. The operator needs to be granted their Secrets.',
    example: { username: { name: 'prometheus', key: 'username' }, password: { name: 'prometheus', key: 'password' } },
  });

const metrics = ruled(
  z.object({
    type: z.enum(['GoogleManagedPrometheus', 'Prometheus']).default('GoogleManagedPrometheus').meta({
      description: 'Which kind of server answers the queries.',
      example: 'Prometheus',
    }),
    project: projectId.optional().meta({
      description: "Project whose metrics are queried, for GoogleManagedPrometheus. Left out, it is the service's own.",
      example: 'acme-metrics',
    }),
    address: z
      .string()
      .max(512)
      .regex(
        /^https?:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?(\/[A-Za-z0-9._~%+/-]*)?$/,
        'must be an http or https URL without user, query or fragment',
      )
      .optional()
      .meta({ description: 'Base URL of the server, for Prometheus.', example: 'https://prometheus.example.com' }),
    revisionLabel: z
      .string()
      .max(128)
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a label: letters, digits and underscores')
      .default('revision_name')
      .meta({
        description: "The label that names the revision in the app's own metrics.",
        example: 'revision_name',
      }),
    authorization: authorization.optional(),
    basicAuth: basicAuth.optional(),
  }),
  addressGiven,
  addressFits,
  projectFits,
  authFits,
  oneAuth,
)
  // In full: an API server applies the rules to this default before it applies the defaults within it.
  .prefault({ type: 'GoogleManagedPrometheus', revisionLabel: 'revision_name' })
  .meta({
    description: "Where metrics are queried. Left out, it is Google Managed Prometheus of the service's project.",
    example: { type: 'Prometheus', address: 'https://prometheus.example.com' },
  });

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
  }),
  percentileOrQuery,
);

const ratio = ruled(
  z.object({
    query: query.optional().meta({
      description: 'PromQL of bad events divided by all events, as on a dashboard.',
      example:
        'sum(rate(http_requests_total{job="api",status=~"5.."}[5m])) / sum(rate(http_requests_total{job="api"}[5m]))',
    }),
    bad: query.optional().meta({
      description: 'The counter of bad events alone.',
      example: 'http_requests_total{job="api",status=~"5.."}',
    }),
    total: query.optional().meta({
      description: 'The counter of all events alone.',
      example: 'http_requests_total{job="api"}',
    }),
  }),
  queryOrCounters,
);

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
  }),
  oneIndicator,
);

const objective = ruled(
  z.object({
    name: z
      .string()
      .max(63)
      .regex(
        /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
        'must be a DNS label: lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
      )
      .meta({ description: 'Name of the objective, unique in this policy.', example: 'availability' }),
    targetPercent: z.number().gt(1).lt(100).optional().meta({
      description:
        'Share of good events the SLO asks for, in percent. Only a latency objective may leave it out: it is its percentile.',
      example: 99.9,
    }),
    indicator: indicator.optional().meta({
      description: 'What is measured: exactly one of the kinds below. Left out, it is requests.',
      example: { requests: {} },
    }),
    gate: z.boolean().default(true).meta({
      description: 'Whether this objective may hold or convict a revision. With false it is only shown.',
      example: false,
    }),
  }),
  targetGiven,
).meta({ description: 'One promise.', example: { name: 'availability', targetPercent: 99.9 } });

const objectives = z
  .array(objective)
  .min(1)
  .max(20)
  .superRefine((list, context) => {
    for (const [index, { name }] of list.entries()) {
      if (list.findIndex((other) => other.name === name) < index) {
        const message = `there is already an objective named ${name}`;
        const params = { hint: 'give it a name of its own' };
        context.addIssue({ code: 'custom', path: [index, 'name'], message, params });
      }
    }
  })
  .meta({
    example: [{ name: 'availability', targetPercent: 99.9 }],
    description: 'What the service promises. Every objective that gates must be kept for a revision to be promoted.',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  });

const rollout = z
  .object({
    profile: z.enum(['Fast', 'Balanced', 'Careful']).default('Balanced').meta({
      description: 'How much of the error budget a rollout may risk to be done sooner.',
      example: 'Careful',
    }),
    stepsPercent: ruled(
      z
        .array(z.number().int().min(1).max(99).meta({ format: 'int32' }))
        .min(1)
        .max(10),
      stepsRise,
    )
      .optional()
      .meta({
        description:
          'A fixed ladder of shares for the candidate, instead of the one derived from traffic and error budget.',
        example: [5, 20, 50],
      }),
    onInconclusive: z.enum(['Promote', 'Hold', 'Rollback']).default('Promote').meta({
      description:
        'What happens at the end of maxBake when too little traffic came to prove the SLO and nothing speaks against the revision.',
      example: 'Hold',
    }),
    onMetricsOutage: z.enum(['Hold', 'Withdraw']).default('Hold').meta({
      description:
        'What happens at the end of maxBake without metrics: hold on and page, or take the candidate back to 0 % until they return.',
      example: 'Withdraw',
    }),
    maxBake: length('5m', '24h').default('45m').meta({
      description: 'How long a rollout may go on before what is still inconclusive gets its declared outcome.',
      example: '45m',
    }),
    guardWindow: length('0s', '168h').default('24h').meta({
      description: 'How long a promoted revision is watched, with the way back open. At most 7 days; 0s is not at all.',
      example: '24h',
    }),
    warmup: length('0s', '15m').default('60s').meta({
      description:
        'After a revision begins to serve, its latency is not judged for this long. Errors count from the first request.',
      example: '60s',
    }),
  })
  .prefault({})
  .meta({ description: 'How a new revision is rolled out.', example: { profile: 'Careful' } });

export const spec = z
  .object({ service, mode, metrics, objectives, rollout })
  .meta({ description: 'What the service promises and how its revisions are rolled out.' });

/** The spec as stored: defaults applied. */
export type Spec = z.infer<typeof spec>;
