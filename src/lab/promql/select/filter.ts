/** The filter that a selector's matchers make together. */
import { type Matcher, metricName, type Selector } from '../../../promql/ast.ts';
import { invalid, unsupported } from '../../../promql/error.ts';
import { parse } from '../../../promql/parse.ts';
import { anchoredRegex } from '../../../promql/regex.ts';
import type { SeriesFilter } from '../../series/store.ts';

type Test = (actual: string) => boolean;

/** A missing label is an empty one. At least one matcher must refuse the empty value, so that nobody asks for everything. */
export function filterOf({ matchers, quoted, at }: Selector): SeriesFilter {
  if (quoted !== null) throw unsupported('quoted name', quoted);
  const tests = matchers.map(({ label, ...matcher }) => ({ label, matches: test(matcher) }));
  if (tests.every(({ matches }) => matches(''))) {
    throw invalid('vector selector must contain at least one non-empty matcher', at);
  }
  const onName = tests.filter(({ label }) => label === metricName);
  const onLabels = tests.filter(({ label }) => label !== metricName);
  const only = matchers.filter(({ label }) => label === metricName);
  return {
    name: only.length === 1 && only[0]!.op === '=' ? only[0]!.value : null,
    matchesName: (name) => onName.every(({ matches }) => matches(name)),
    matches: (labels) => onLabels.every(({ label, matches }) => matches(labels.get(label))),
  };
}

/** The filter of a lone instant selector, as the series end points take it. Throws PromqlError of kind Query. */
export function parseFilter(query: string): SeriesFilter {
  const expr = parse(query);
  if (expr.kind === 'Selector' && expr.offsetMs === null) return filterOf(expr);
  throw invalid('expected an instant vector selector', expr.at);
}

function test({ op, value, at }: Omit<Matcher, 'label'>): Test {
  if (op === '=') return (actual) => actual === value;
  if (op === '!=') return (actual) => actual !== value;
  const regex = compiled(value, at);
  return op === '=~' ? (actual) => regex.test(actual) : (actual) => !regex.test(actual);
}

function compiled(source: string, at: Matcher['at']): RegExp {
  try {
    return anchoredRegex(source);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(error.message, at);
    throw error;
  }
}
