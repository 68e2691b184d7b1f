/** The innermost of a pasted query: one counter over a window. */
import { type Expr, metricName, type Selector, unwrap } from '../ast.ts';
import type { Span } from '../error.ts';
import type { Counter } from './model.ts';
import { refuse } from './refusal.ts';

/** What a reading of a query has to know besides its text. */
export interface Context {
  /** The label that names the revision; the operator sets it. */
  readonly revisionLabel: string;
}

export interface Leaf {
  readonly counter: Counter;
  /** rate says per second; increase says per window, so that two of them only compare with the same window. */
  readonly per: number | 'second';
}

const advice: Readonly<Record<string, readonly [string, string]>> = {
  irate: ['irate looks at two samples only', 'write rate(…[5m])'],
  delta: ['delta is for gauges and takes no resets into account', 'write increase(…[5m])'],
  idelta: ['idelta is for gauges', 'write increase(…[5m])'],
  deriv: ['deriv is for gauges', 'write rate(…[5m])'],
  absent: ['absent says whether there is data, not how much', 'leave it out: missing data is never taken for healthy'],
  label_replace: ['label_replace changes what a series is called', 'select the series by the labels they have'],
  label_join: ['label_join changes what a series is called', 'select the series by the labels they have'],
  predict_linear: ['predict_linear is a forecast', 'write rate(…[5m])'],
};

/** rate(…[5m]) or increase(…[5m]). */
export function leafOf(expr: Expr, context: Context): Leaf {
  const call = unwrap(expr);
  if (call.kind === 'Selector') {
    const { name } = counterOf(call, context);
    refuse(`${name} is asked for its whole life`, call.at, 'wrap it: sum(rate(…[5m]))');
  }
  if (call.kind === 'Range') refuse('a range has no value of its own', call.at, 'wrap it: sum(rate(…[5m]))');
  if (call.kind !== 'Call') refuse('this is no counter', call.at, 'write rate(…[5m]) of a counter');
  if (call.name !== 'rate' && call.name !== 'increase') {
    const [why, hint] = advice[call.name] ?? [
      `${call.name}() does not count events`,
      'write rate(…[5m]) of a counter, and aggregate with sum',
    ];
    refuse(why, call.at, hint);
  }
  const argument = call.args[0];
  const inner = argument && unwrap(argument);
  if (!inner || call.args.length !== 1) refuse(`${call.name} takes one range`, call.at, `write ${call.name}(…[5m])`);
  if (inner.kind === 'Subquery') {
    refuse('a subquery samples an expression, it counts nothing', inner.at, `write ${call.name}(counter[5m])`);
  }
  if (inner.kind !== 'Range') refuse(`${call.name} needs a window`, inner.at, `write ${call.name}(…[5m])`);
  if (inner.offsetMs) refuse('an offset asks about another time', inner.at, withoutOffset);
  return { counter: counterOf(inner.selector, context), per: call.name === 'rate' ? 'second' : inner.rangeMs };
}

const withoutOffset = 'remove the offset: how late metrics come is measured';

/** A selector as a counter whose revision the operator may choose. */
export function counterOf(selector: Selector, { revisionLabel }: Context): Counter {
  if (selector.offsetMs) refuse('an offset asks about another time', selector.at, withoutOffset);
  const named = selector.matchers.filter(({ label }) => label === metricName);
  const [name] = named;
  if (!name || named.length > 1 || name.op !== '=' || name.value === '') {
    refuse('the metric is not named exactly', selector.at, 'name one metric, as http_requests_total{…}');
  }
  const recorded = name.value.includes(':') && !isPlatform(name.value);
  if (recorded) {
    const hint = 'write the expression that the rule records: counters, with their revision label';
    refuse(`${name.value} is named as a recording rule is`, selector.at, hint);
  }
  for (const { label, op, value, at } of selector.matchers) {
    if (label === revisionLabel && !(op === '!=' && value === '') && !(op === '=~' && value === '.+')) {
      const hint = `remove the matcher on ${label}: the operator asks for each revision by itself`;
      refuse(`the query already chooses the revision by ${label}`, at, hint);
    }
    if (isPlatform(name.value)) onlyPlatformLabels(name.value, label, at);
  }
  const matchers = selector.matchers.filter(({ label }) => label !== metricName);
  return { name: name.value, matchers: matchers.map(({ label, op, value }) => ({ label, op, value })) };
}

/** Metrics that Google's services write themselves. */
export const isPlatform = (name: string): boolean => /^\w+_googleapis_com:/.test(name);

const requestLabels = [
  'monitored_resource',
  'project_id',
  'location',
  'service_name',
  'revision_name',
  'configuration_name',
  'response_code',
  'response_code_class',
  'le',
];

/** Cloud Run's own request metrics know neither path nor method: a matcher on one would match everything, or nothing. */
function onlyPlatformLabels(name: string, label: string, at: Span): void {
  if (label === metricName || !/^run_googleapis_com:request_(count|latencies)/.test(name)) return;
  if (requestLabels.includes(label)) return;
  const hint = "remove it, or use a histogram of the app's own, which has such a label";
  refuse(`Cloud Run's own ${name} has no label ${label}: it has neither path nor method`, at, hint);
}
