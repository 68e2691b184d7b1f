/** `spec.generate`: what the operator keeps up to date in the cluster, made of this policy. */
import { z } from 'zod';

export const generate = z
  .object({
    rules: z.enum(['GlobalRules', 'PrometheusRule']).optional().meta({
      description:
        "Kept up to date beside the policy: recording rules and alerts as Google Managed Prometheus' GlobalRules, or as the Prometheus operator's PrometheusRule. The operator needs deploy/components/generated-rules for it; the condition RulesApplied says how it stands.",
      example: 'GlobalRules',
    }),
    runbookUrl: z
      .string()
      .max(512)
      .regex(
        /^https?:\/\/[A-Za-z0-9.-]+(:[1-9][0-9]{0,4})?(\/[A-Za-z0-9._~%+/-]*)?(\?[A-Za-z0-9._~%+/=&-]*)?$/,
        'must be an http or https URL without user or fragment',
      )
      .optional()
      .meta({
        description: 'Where the runbook is kept: every alert links to its section there.',
        example: 'https://example.com/runbooks/api',
      }),
  })
  .optional()
  .meta({
    description: 'What the operator keeps up to date, made of this policy. Left out, it is nothing.',
    example: { rules: 'GlobalRules', runbookUrl: 'https://example.com/runbooks/api' },
  });
