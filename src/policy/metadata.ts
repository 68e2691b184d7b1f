/** What Kubernetes asks of the metadata of whatever object, as far as people write it. */
import { z } from 'zod';
import { whereReadable } from './rule.ts';

const dnsName = '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*';
const word = '[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?';
const key = new RegExp(`^((?<prefix>${dnsName})/)?${word}$`);
const labelValue = new RegExp(`^(${word})?$`);

const isKey = (text: string): boolean => {
  const found = key.exec(text);
  return found !== null && (found.groups?.prefix ?? '').length <= 253;
};

const keyMessage =
  'must be a name: at most 63 letters, digits, hyphens, underscores and dots, and before it, with a slash, a domain at most';
const valueMessage =
  'must be at most 63 letters, digits, hyphens, underscores and dots, beginning and ending with a letter or digit';

/** Of all annotations together. */
const mostBytes = 256 * 1024;

/** What is no text among the others is told of as that, and hides nothing of them. */
const besideOthers = { when: whereReadable([]) };

/** The server puts the keys of annotations into lower case before it looks at them. */
const texts = (keyOf: (text: string) => string) =>
  z.record(z.string(), z.string()).superRefine((given, context) => {
    for (const text of Object.keys(given)) {
      if (isKey(keyOf(text))) continue;
      const params = { hint: 'write a short name, such as team or example.com/team' };
      context.addIssue({ code: 'custom', path: [text], message: keyMessage, params });
    }
  }, besideOthers);

const labels = texts((text) => text).superRefine((given, context) => {
  for (const [name, value] of Object.entries<unknown>(given)) {
    if (typeof value !== 'string' || labelValue.test(value)) continue;
    const params = { hint: 'write it under annotations: they may hold any text' };
    context.addIssue({ code: 'custom', path: [name], message: valueMessage, params });
  }
}, besideOthers);

const annotations = texts((text) => text.toLowerCase()).superRefine((given, context) => {
  const pairs = Object.entries<unknown>(given).filter(([, value]) => typeof value === 'string');
  const bytes = pairs.reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  if (bytes <= mostBytes) return;
  const params = { hint: 'keep long texts elsewhere, and write where' };
  context.addIssue({ code: 'custom', message: `must be at most 256 KiB together, not ${bytes} bytes`, params });
}, besideOthers);

export const metadata = z.looseObject({
  name: z
    .string()
    .max(253)
    .regex(new RegExp(`^${dnsName}$`), 'must be a DNS name: lower-case letters, digits, hyphens and dots'),
  namespace: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be a DNS label: lower-case letters, digits and hyphens')
    .optional(),
  labels: labels.optional(),
  annotations: annotations.optional(),
});
