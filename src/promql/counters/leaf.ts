/** The innermost of a pasted query: one counter over a window. */
import { type Call, type Expr, metricName, type Selector, unwrap } from '../ast.ts';
import type { Span } from '../error.ts';
import type { Counter } from './model.ts';
import { canonicalName, isCounterName, isRecorded, isRunMetric, noEventsByName } from './names.ts';
import { only, refuse, wrapped } from './refusal.ts';

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

/** What does not count events, why, and what is written instead, where something is. */
const advice: Readonly<Record<string, readonly [why: string, hint: string, instead?: 'increase']>> = {
  delta: ['delta is for gauges and takes no resets into account', 'write increase(…[5m])', 'increase'],
  idelta: ['idelta is for gauges', 'write increase(…[5m])', 'increase'],
  deriv: ['deriv is for gauges', 'count events: write rate(…[5m]) of a counter'],
  absent: ['absent says whether there is data, not how much', 'leave it out: missing data is never taken for healthy'],
  predict_linear: ['predict_linear is a forecast', 'count events: write rate(…[5m]) of a counter'],
};

/** irate looks at two samples only; what is counted here are all of them. */
const counting: readonly string[] = ['rate', 'increase', 'irate'];

/** rate(…[5m]) or increase(…[5m]) of what `read` makes a counter of. */
export function leafOf(expr: Expr, context: Context, read = counterOf): Leaf {
  const call = unwrap(expr);
  if (call.kind === 'Selector') {
    const { name } = counterOf(call, context);
    if (!isCounterName(name)) {
      const hint = 'count events: divide sum(rate(…[5m])) of counters, whose names end in _total, _count or _bucket';
      refuse(
        `${name} is asked for as it is: that says how much there is, not how often something happens`,
        call.at,
        hint,
      );
    }
    const edit = wrapped(call.at, 'rate(', '[5m])');
    refuse(`${name} is asked for its whole life`, call.at, 'wrap it: sum(rate(…[5m]))', edit);
  }
  if (call.kind === 'Range') {
    const edit = wrapped(call.at, 'rate(', ')');
    refuse('a range has no value of its own', call.at, 'wrap it: sum(rate(…[5m]))', edit);
  }
  if (call.kind !== 'Call') refuse('this is no counter', call.at, 'write rate(…[5m]) of a counter');
  if (!counting.includes(call.name)) refuseCall(call);
  const argument = call.args[0];
  const inner = argument && unwrap(argument);
  if (!inner || call.args.length !== 1) refuse(`${call.name} takes one range`, call.at, `write ${call.name}(…[5m])`);
  if (inner.kind === 'Subquery') {
    refuse('a subquery samples an expression, it counts nothing', inner.at, `write ${call.name}(counter[5m])`);
  }
  if (inner.kind !== 'Range') {
    const edit = inner.kind === 'Selector' ? wrapped(inner.at, '', '[5m]') : null;
    refuse(`${call.name} needs a window`, inner.at, `write ${call.name}(…[5m])`, edit);
  }
  if (inner.offsetMs) refuse('an offset asks about another time', inner.at, withoutOffset, only(inner.bare, inner.at));
  return { counter: read(inner.selector, context), per: call.name === 'increase' ? inner.rangeMs : 'second' };
}

function refuseCall(call: Call): never {
  const known = Object.hasOwn(advice, call.name) ? advice[call.name] : undefined;
  if (known) {
    const [why, hint, instead] = known;
    const name = { from: call.at.from, to: call.at.from + call.name.length };
    refuse(why, call.at, hint, instead ? { at: name, text: () => instead } : null);
  }
  const [inner] = call.args;
  const hint = 'write rate(…[5m]) of a counter, and aggregate with sum';
  const isRounding = ['ceil', 'floor', 'round', 'abs'].includes(call.name);
  refuse(`${call.name}() does not count events`, call.at, hint, inner && isRounding ? only(inner.at, call.at) : null);
}

const withoutOffset = 'remove the offset: how late metrics come is measured';

/** A selector as a counter whose revision the operator may choose. */
export function counterOf(selector: Selector, context: Context): Counter {
  const counter = metricOf(selector, context);
  const found = noEventsByName(counter.name);
  if (found) refuse(`${counter.name} is ${found.is}`, selector.at, found.hint);
  return counter;
}

/** The same of any metric, whatever it measures. */
export function metricOf(selector: Selector, { revisionLabel }: Context): Counter {
  if (selector.offsetMs) refuse('an offset asks about another time', selector.at, withoutOffset);
  const named = selector.matchers.filter(({ label }) => label === metricName);
  const [given] = named;
  if (!given || named.length > 1 || given.op !== '=' || given.value === '') {
    refuse('the metric is not named exactly', selector.at, 'name one metric, as http_requests_total{…}');
  }
  const name = canonicalName(given.value);
  if (isRecorded(name)) {
    const hint = 'write the expression that the rule records: counters, with their revision label';
    refuse(`${name} is named as a recording rule is`, selector.at, hint);
  }
  const ownLabel = isRunMetric(name) ? runRevisionLabel : revisionLabel;
  for (const { label, op, value, at } of selector.matchers) {
    if (label === ownLabel && !(op === '!=' && value === '') && !(op === '=~' && value === '.+')) {
      const hint = `remove the matcher on ${label}: the operator asks for each revision by itself`;
      refuse(`the query already chooses the revision by ${label}`, at, hint);
    }
    if (label === 'quantile') {
      const hint = 'export a histogram: write histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m]))) under latency';
      refuse("this is a summary's quantile: nobody can add it up or count by it", selector.at, hint);
    }
    onlyRunLabels(name, label, at);
  }
  const matchers = selector.matchers.filter(({ label }) => label !== metricName);
  return { name, matchers: matchers.map(({ label, op, value }) => ({ label, op, value })) };
}

/** Google's metrics name the revision in their own way, whatever the app's do. */
export const runRevisionLabel = 'revision_name';

const requestLabels = [
  'monitored_resource',
  'project_id',
  'location',
  'service_name',
  runRevisionLabel,
  'configuration_name',
  'response_code',
  'response_code_class',
  'le',
];

/** Cloud Run's own request metrics know neither path nor method: a matcher on one would match everything, or nothing. */
function onlyRunLabels(name: string, label: string, at: Span): void {
  if (label === metricName || !/^run_googleapis_com:request_(count|latencies)/.test(name)) return;
  if (requestLabels.includes(label) || /^metadata_(?:user|system)_/.test(label)) return;
  const hint = "remove it, or use a histogram of the app's own, which has such a label";
  refuse(`Cloud Run's own ${name} has no label ${label}: it has neither path nor method`, at, hint);
}
