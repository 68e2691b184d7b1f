/** A grouping that leaves one value. */
import type { Span } from '../error.ts';
import { type Context, runRevisionLabel } from './leaf.ts';
import type { Counter } from './model.ts';
import { isRunMetric } from './names.ts';
import { refuse, without } from './refusal.ts';

/** A grouping keeps one value only where every counter has just one value of the label. */
export function constantOf(
  label: string,
  counters: readonly Counter[],
  { revisionLabel }: Context,
  at: Span,
  grouping: Span = at,
): string {
  const ownLabel = counters.every(({ name }) => isRunMetric(name)) ? runRevisionLabel : revisionLabel;
  if (label === ownLabel) return '';
  const values = counters.map(({ matchers }) => matchers.find((one) => one.label === label && one.op === '=')?.value);
  const [value] = values;
  if (value !== undefined && values.every((other) => other === value)) return value;
  const hint = `write sum(…) without by (${label})`;
  return refuse(`by (${label}) makes a value for each ${label}`, at, hint, without(grouping));
}
