/** `spec.window` and `spec.errorBudgetPolicy`: over how long an error budget goes, and what happens when it is spent. */
import { z } from 'zod';
import { ruled } from '../rule.ts';
import { liftsAbove } from '../rules.ts';
import { distinct, listOf } from './fields.ts';

const leastDays = 7;
const mostDays = 90;

/** In days alone: an error budget of hours is none. */
const rolling = z.string().regex(/^([7-9]|[1-8][0-9]|90)d$/);

const calendar = z.object({
  calendar: z.enum(['Month', 'Quarter']).meta({
    description: 'The budget begins anew with each month, or each quarter of a year.',
    example: 'Month',
  }),
  timeZone: z
    .string()
    .max(64)
    .regex(
      /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/,
      'must be the name of an IANA time zone such as Europe/Berlin',
    )
    .optional()
    .meta({
      description: 'By whose midnight it begins: the name of an IANA time zone. Left out, it is UTC.',
      example: 'Europe/Berlin',
    }),
});

export type WindowSpec = string | z.infer<typeof calendar>;

/** What is meant by a text that is no window: 720h is 30d, 4w is 28d. A month is no number of days. */
function daysMeant(text: string): string | undefined {
  const [, amount, unit = ''] = /^\s*([0-9]+)\s*(h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?|)\s*$/i.exec(text) ?? [];
  const days = Number(amount) * ({ h: 1 / 24, w: 7 }[unit.charAt(0).toLowerCase()] ?? 1);
  return Number.isInteger(days) && days >= leastDays && days <= mostDays ? `write ${days}d` : undefined;
}

/**
 * A text or a mapping: the one place where a field may be either, as the whole trade writes it. A structural schema has no
 * word for that, and CEL does not see it; so the schema is without a type, and its bounds leave no other type anything.
 */
export const window = (z.unknown() as z.ZodType<WindowSpec | undefined>)
  .superRefine((value: unknown, context) => {
    if (value === undefined) return;
    if (typeof value === 'object' && !Array.isArray(value)) {
      const { error } = calendar.safeParse(value);
      for (const { path, ...issue } of error?.issues ?? []) context.addIssue({ ...issue, path: [...path] });
      return;
    }
    if (rolling.safeParse(value).success) return;
    const message = `must be whole days from ${leastDays}d to ${mostDays}d, or a mapping of calendar and timeZone`;
    const hint = daysMeant(String(value)) ?? 'write 30d, or {calendar: Month, timeZone: Europe/Berlin}';
    context.addIssue({ code: 'custom', message, params: { hint } });
  })
  .optional()
  .meta(either());

function either() {
  const { properties, required } = z.toJSONSchema(calendar, { target: 'openapi-3.0', io: 'input' });
  return {
    description:
      'Over how long an error budget goes: so many days that roll on, from 7d to 90d, or a month or quarter of the calendar. Left out, it is 30d.',
    example: '30d',
    'x-kubernetes-preserve-unknown-fields': true,
    pattern: '^([7-9]|[1-8][0-9]|90)d$',
    maxLength: 3,
    properties,
    required,
    maximum: 0,
    minimum: 1,
    maxItems: 0,
    minItems: 1,
    not: { enum: [true, false] },
  };
}

const budgetRule = ruled(
  z.object({
    whenRemainingBelowPercent: z.number().min(0).lt(100).meta({
      description: 'It begins when less than this of the error budget of any objective remains, in percent.',
      example: 25,
    }),
    action: z.enum(['Slow', 'Freeze', 'RequirePostmortem']).meta({
      description:
        'Slow doubles the soak and halves the steps of rollouts; Freeze begins none; RequirePostmortem begins none until the annotation steadyrun.dev/postmortem gives its address. Neither a rollback nor a fix is ever held up.',
      example: 'Freeze',
    }),
    liftAbovePercent: z.number().gt(0).lt(100).meta({
      description: 'It ends when more than this remains of all of them again, in percent.',
      example: 35,
    }),
  }),
  liftsAbove,
).meta({
  description: 'One thing that happens.',
  example: { whenRemainingBelowPercent: 25, action: 'Freeze', liftAbovePercent: 35 },
});

export const errorBudgetPolicy = distinct(
  listOf(budgetRule, 0, 3),
  'action',
  'there is already a rule with action',
  'keep one of them',
)
  .optional()
  .meta({
    description: 'What happens to rollouts when the error budget is spent. Left out, nothing does.',
    example: [{ whenRemainingBelowPercent: 25, action: 'Freeze', liftAbovePercent: 35 }],
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['action'],
  });
