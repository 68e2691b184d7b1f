/** `spec.service`: the Cloud Run service that is guarded. */
import { z } from 'zod';
import { ruled } from '../rule.ts';
import { serviceIsFixed } from '../rules.ts';
import { projectId } from './fields.ts';

export const service = ruled(
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
