/** `spec.tuning`: how full instances may be, and what may be changed to keep them below that. */
import { z } from 'zod';
import { ruled } from '../rule.ts';
import { boundsInOrder, minimumBelowMaximum, oneInstanceConnects } from '../rules.ts';
import { distinct, dnsLabel, listOf, whole } from './fields.ts';

/** What people may set a lever to, within what Cloud Run takes. */
const bounds = (what: string, least: number, most: number, example: { readonly min: number; readonly max: number }) => {
  const end = whole(least, most).optional();
  return ruled(
    z.object({
      min: end.meta({ description: `The least ${what}.`, example: example.min }),
      max: end.meta({ description: `The most ${what}.`, example: example.max }),
    }),
    boundsInOrder,
  ).optional();
};

const connection = ruled(
  z.object({
    name: dnsLabel.meta({ description: 'What it is called, unique in this policy.', example: 'cloudsql-main' }),
    max: whole(1, 1_000_000).meta({
      description: 'The most connections that it takes.',
      example: 250,
    }),
    reserve: whole(0, 1_000_000).default(0).meta({
      description: 'Connections that are kept for others.',
      example: 30,
    }),
    perInstance: whole(1, 100_000).meta({
      description: 'Connections that one instance opens at most: the size of its pool, times its processes.',
      example: 10,
    }),
  }),
  oneInstanceConnects,
).meta({
  description: 'One thing that every instance connects to.',
  example: { name: 'cloudsql-main', max: 250, reserve: 30, perInstance: 10 },
});

const connections = distinct(
  listOf(connection, 0, 20),
  'name',
  'there are already connections named',
  'give it a name of its own',
).meta({
  example: [{ name: 'cloudsql-main', max: 250, reserve: 30, perInstance: 10 }],
  description:
    'What all instances connect to, such as a database: a hard ceiling for how many there may be. [] says that there is nothing.',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
});

export const tuning = ruled(
  z.object({
    // Without a default here: it follows from whether there are connections.
    mode: z.enum(['Off', 'Recommend', 'ServiceLevel', 'Auto']).optional().meta({
      description:
        'Recommend writes nothing, ServiceLevel changes what needs no new revision, Auto also makes tuning revisions. Left out, it is ServiceLevel where connections is written, also as [], else Recommend. Off is written in quotes: YAML takes it for false.',
      example: 'ServiceLevel',
    }),
    maxSaturationPercent: whole(30, 95).default(80).meta({
      description:
        'How full the instance at the 95th percentile may be, of CPU, memory or concurrency, for longer than 5 minutes.',
      example: 80,
    }),
    maxInstances: bounds('instances that the maximum may be set to', 1, 10_000, { min: 1, max: 200 }).meta({
      description:
        'Within what the maximum of instances may be set: where the service has more than the most that is written, it is lowered to that. What is not written lowers nothing.',
      example: { min: 1, max: 200 },
    }),
    minInstances: bounds('instances that the minimum may be set to', 0, 10_000, { min: 0, max: 20 }).meta({
      description: 'Within what the minimum of instances may be set. It never lowers what the service has.',
      example: { min: 0, max: 20 },
    }),
    concurrency: bounds('requests at once that an instance may be given', 1, 1000, { min: 1, max: 1000 }).meta({
      description: 'Within what the requests that one instance takes at once may be set.',
      example: { min: 10, max: 200 },
    }),
    scalingTargets: bounds('percent that a scaling target may be set to', 10, 95, { min: 30, max: 90 }).meta({
      description:
        "Within what the autoscaler's targets for CPU and concurrency may be set, percent. Cloud Run takes at most 90 for CPU.",
      example: { min: 30, max: 90 },
    }),
    connections: connections.optional(),
  }),
  minimumBelowMaximum,
)
  .prefault({})
  .meta({
    description: 'How full instances may be, and what may be changed to keep them below that.',
    example: { mode: 'ServiceLevel' },
  });
