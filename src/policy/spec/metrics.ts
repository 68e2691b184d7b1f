/** `spec.metrics`: where queries go, and with which credentials. */
import { z } from 'zod';
import { ruled } from '../rule.ts';
import { addressFits, addressGiven, authFits, oneAuth, projectFits } from '../rules.ts';
import { projectId } from './fields.ts';

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

export const metrics = ruled(
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
