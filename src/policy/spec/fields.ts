/** Kinds of field that several parts of a spec have. */
import { z } from 'zod';
import { durationPattern } from '../duration.ts';
import { lengthBetween, ruled } from '../rules.ts';

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
  list.superRefine((items, context) => {
    const keys = items.map((item) => (field === null ? item : item[field]));
    for (const [index, key] of keys.entries()) {
      if (keys.indexOf(key) === index) continue;
      const path = field === null ? [index] : [index, field];
      context.addIssue({ code: 'custom', path, message: `${message} ${key}`, params: { hint } });
    }
  });

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
