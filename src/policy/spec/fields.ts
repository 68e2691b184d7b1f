/** Kinds of field that several parts of a spec have. */
import { z } from 'zod';
import { record } from '../../facts/json.ts';
import { durationPattern } from '../duration.ts';
import { ruled, whereReadable } from '../rule.ts';
import { lengthBetween } from '../rules.ts';

export const length = (min: string, max: string) =>
  ruled(
    z.string().max(20).regex(durationPattern, 'must be a length of time such as 45m, 300ms or 1h30m'),
    lengthBetween(min, max),
  );

/** What a list of type map or set refuses: a second item alike, by `field` or, null, as a whole. `message` ends before its key. */
export const distinct = <T extends z.ZodType>(
  list: z.ZodArray<T>,
  field: (keyof z.output<T> & string) | null,
  message: string,
  hint: string,
) =>
  list.superRefine(
    (items, context) => {
      const keys = items.map((item) => (field === null ? item : record(item)[field]));
      for (const [index, key] of keys.entries()) {
        // What is no text is told of as that.
        if (typeof key !== 'string' || keys.indexOf(key) === index) continue;
        const path = field === null ? [index] : [index, field];
        context.addIssue({ code: 'custom', path, message: `${message} ${key}`, params: { hint } });
      }
    },
    { when: whereReadable([]) },
  );

/** A list of so many. Zod would stop reading one that is too long, and hide what else is wrong with it. */
export const listOf = <T extends z.ZodType>(item: T, min: number, max: number) =>
  (min === 0 ? z.array(item) : z.array(item).min(min))
    .superRefine(
      ({ length: count }, context) => {
        const message = `must have ${min} to ${max} items, not ${count}`;
        if (count > max) context.addIssue({ code: 'custom', message });
      },
      { when: whereReadable([]) },
    )
    .meta({ maxItems: max });

/** A whole number. Zod's own check for one would hide what the rules around it have to say. */
export const whole = (min: number, max: number) =>
  z
    .number()
    .min(min)
    .max(max)
    .superRefine((value, context) => {
      // What is out of bounds is told of as that.
      if (Number.isInteger(value) || value < min || value > max) return;
      context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}, not ${value}` });
    })
    .meta({ type: 'integer', format: 'int32' });

export const dnsLabel = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    'must be a DNS label: lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
  );

export const projectId = z
  .string()
  .min(4)
  .max(63)
  .regex(
    /^([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]$/,
    'must be a Google Cloud project ID: lower-case letters, digits and hyphens, beginning with a letter',
  );
