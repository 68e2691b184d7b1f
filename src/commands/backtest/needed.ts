/** The series that a policy counts by, as selectors to export. */

import { unbornProbe } from '../../counting/absence.ts';
import { type Measured, measuredBy, partsOf, totals } from '../../counting/measured.ts';
import type { MetricsSource, Policy } from '../../policy/policy.ts';
import type { PromqlClient } from '../../prometheus/promql.ts';
import { selectorText } from '../../promql/counters/format.ts';

const lookbackMs = 15 * 60_000;

/** The selectors of which the source has nothing that counts the events of some objective. */
export async function missingIn(
  { client, metrics }: { readonly client: PromqlClient; readonly metrics: MetricsSource },
  policy: Policy,
  fromMs: number,
  toMs: number,
) {
  const missing = new Set<string>();
  const seconds = Math.ceil((toMs - fromMs + lookbackMs) / 1000);
  for (const objective of policy.objectives) {
    const measured = measuredBy(metrics, objective, policy.service, policy.revisionLabel);
    const any = totals(measured).map((counter) => `count(last_over_time(${selectorText(counter)}[${seconds}s]))`);
    const found = await client.instant(metrics, any.join(' or '), toMs);
    if (found.length === 0) for (const selector of selectorsOf(measured)) missing.add(selector);
  }
  return [...missing];
}

/** A selector whose series another selects, too, is left out. */
function selectorsOf({ shape }: Measured): string[] {
  if (shape.kind === 'Histogram') return [selectorText(shape.counter)];
  // Buckets whatever their boundary, since only the source knows how it is written; and what tells a birth from a lack.
  const parts = partsOf(shape)
    .flatMap((part) => [part, unbornProbe(part, shape) ?? part])
    .map(({ name, matchers }) => ({ name, matchers: matchers.filter(({ label }) => label !== 'le') }));
  const texts = new Set(parts.map((part) => selectorText(part)));
  return [...texts]
    .map((text) => parts.find((part) => selectorText(part) === text)!)
    .filter((part) => !parts.some((other) => part.name === other.name && includes(part, other)))
    .map((part) => selectorText(part));
}

type Part = ReturnType<typeof partsOf>[number];

/** All that `part` selects is selected by `other`, which has only matchers that `part` has. */
const includes = (part: Part, other: Part): boolean =>
  other.matchers.length < part.matchers.length &&
  other.matchers.every(({ label, op, value }) =>
    part.matchers.some((match) => match.label === label && match.op === op && match.value === value),
  );
