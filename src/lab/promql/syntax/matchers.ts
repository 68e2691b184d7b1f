/** Label matchers, and the filter a selector's matchers make together. */
import type { SeriesFilter } from '../../store.ts';
import { invalid, type Span } from '../error.ts';
import { METRIC_NAME } from '../labels.ts';
import type { Matcher } from './ast.ts';
import { anchoredRegex } from './regex.ts';

export function matcher(label: string, op: Matcher['op'], value: string, at: Span): Matcher {
  return { label, op, value, matches: test(op, value, at) };
}

function test(op: Matcher['op'], value: string, at: Span): (actual: string) => boolean {
  if (op === '=') return (actual) => actual === value;
  if (op === '!=') return (actual) => actual !== value;
  const regex = compiled(value, at);
  return op === '=~' ? (actual) => regex.test(actual) : (actual) => !regex.test(actual);
}

function compiled(source: string, at: Span): RegExp {
  try {
    return anchoredRegex(source);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(error.message, at);
    throw error;
  }
}

/** A missing label is an empty one. At least one matcher must refuse the empty value, so that nobody asks for everything. */
export function filterOf(matchers: readonly Matcher[], at: Span): SeriesFilter {
  if (matchers.every((one) => one.matches(''))) {
    throw invalid('vector selector must contain at least one non-empty matcher', at);
  }
  const onName = matchers.filter(({ label }) => label === METRIC_NAME);
  const onLabels = matchers.filter(({ label }) => label !== METRIC_NAME);
  const only = onName.length === 1 ? onName[0] : undefined;
  return {
    name: only?.op === '=' ? only.value : null,
    matchesName: (name) => onName.every((one) => one.matches(name)),
    matches: (labels) => onLabels.every((one) => one.matches(labels.get(one.label))),
  };
}
