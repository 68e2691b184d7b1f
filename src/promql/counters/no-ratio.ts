/** What is no ratio, and what it is instead. */
import { type Binary, type Expr, selectorsIn } from '../ast.ts';
import { selectorText } from './format.ts';
import { type Context, metricOf } from './leaf.ts';
import { refuse } from './refusal.ts';

export function refuseUndivided(expr: Expr, context: Context): never {
  // What it is instead is told first: a summary, a recording, a gauge.
  for (const selector of selectorsIn(expr)) {
    const { name } = metricOf(selector, context);
    if (/ratio|percent/.test(name)) {
      const hint = 'write the two counters that it is made of: sum(rate(bad[5m])) / sum(rate(total[5m]))';
      refuse(`${name} is a ratio already, and does not say how many requests it stands for`, selector.at, hint);
    }
  }
  return refuse(
    'there is no division',
    expr.at,
    'write sum(rate(bad[5m])) / sum(rate(total[5m])), or ratio: {bad, total}',
  );
}

/** The sum of what was observed, by how often: on average. */
export function isAverage(left: Expr, right: Expr, context: Context): boolean {
  const names = (side: Expr) => selectorsIn(side).map((selector) => metricOf(selector, context).name);
  const [sums, counts] = [names(left), names(right)];
  return sums.some((name) => name.endsWith('_sum') && counts.includes(name.replace(/_sum$/, '_count')));
}

export function refuseAverage({ left, at }: Binary, context: Context): never {
  const { name, matchers } = metricOf(selectorsIn(left)[0]!, context);
  const buckets = selectorText({ name: name.replace(/_sum$/, '_bucket'), matchers });
  const query = `histogram_quantile(0.95, sum by (le) (rate(${buckets}[5m])))`;
  return refuse(
    'this is an average, which hides the slow ones',
    at,
    `use latency: {threshold: 300ms, query: '${query}'}`,
  );
}
