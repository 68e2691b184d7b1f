/** `spec.rollout`: how careful a rollout is, and what becomes of what stays open. */
import { z } from 'zod';
import { ruled } from '../rule.ts';
import { stepsRise } from '../rules.ts';
import { length, listOf, whole } from './fields.ts';

export const rollout = z
  .object({
    profile: z.enum(['Fast', 'Balanced', 'Careful']).default('Balanced').meta({
      description: 'How much of the error budget a rollout may risk to be done sooner.',
      example: 'Careful',
    }),
    stepsPercent: ruled(listOf(whole(1, 99), 1, 10), stepsRise)
      .optional()
      .meta({
        description:
          'A fixed ladder of shares for the candidate, instead of the one derived from traffic and error budget. Where it rises more than fourfold, or ends below 45, shares are added in between and up to 50.',
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
      description:
        'How long a rollout may go on, from the end of its soak, before what is still inconclusive gets its declared outcome.',
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
