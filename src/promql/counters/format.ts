/** Counters as PromQL text. Every name and value goes through here, so that nothing of them can end a string or a brace. */
import type { Counter, CounterSum, LabelMatch } from './model.ts';

/**
 * A PromQL string literal. Nothing but the first three can end or change a double-quoted string; the last, which stands
 * for text that was damaged, Prometheus takes for damage of the query.
 */
export function quoted(value: string): string {
  const text = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${text.replaceAll('\ufffd', '\\ufffd')}"`;
}

/** A quoted regular expression (RE2, anchored by PromQL itself) that matches exactly these values. */
export function anyOf(values: readonly string[]): string {
  return quoted(values.map(escaped).join('|'));
}

const escaped = (value: string): string => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A matcher for exactly one of these values. */
export const oneOf = (label: string, values: readonly string[]): LabelMatch =>
  values.length === 1
    ? { label, op: '=', value: values[0]! }
    : { label, op: '=~', value: values.map(escaped).join('|') };

/** A matcher for anything but these values. */
export const noneOf = (label: string, values: readonly string[]): LabelMatch => {
  const { op, value } = oneOf(label, values);
  return { label, op: op === '=' ? '!=' : '!~', value };
};

/** `http_requests_total{job="api",status=~"5.."}`, with `more` matchers behind its own. */
export function selectorText({ name, matchers }: Counter, more: readonly LabelMatch[] = []): string {
  const all = [...matchers, ...more].map(({ label, op, value }) => `${labelText(label)}${op}${quoted(value)}`);
  // Every version reads this one, also where the name is not plain, or a word of the language.
  if (!isPlain(name)) return `{${[`__name__=${quoted(name)}`, ...all].join(',')}}`;
  return all.length === 0 ? name : `${name}{${all.join(',')}}`;
}

const isPlain = (name: string): boolean => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) && !wordPattern.test(name);

const wordPattern =
  /^(?:and|or|unless|atan2|sum|avg|count|min|max|group|stddev|stdvar|topk|bottomk|limitk|limit_ratio|count_values|quantile|by|without|on|ignoring|group_left|group_right|fill|fill_left|fill_right|bool|offset|anchored|smoothed|start|end|inf|nan)$/i;

/** Names that are not plain are quoted, as Prometheus 3 and Google Managed Prometheus write them. */
export const labelText = (label: string): string => (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) ? label : quoted(label));

/** What a sum of counters grew by in a window: `sum(increase(x{…}[$range])) - (sum(…) or vector(0))`. */
export function increaseText(sum: CounterSum, more: readonly LabelMatch[], window: string): string {
  const parts = sum.map(({ counter }) => {
    const increase = `increase(${selectorText(counter, more)}[${window}])`;
    if (counter.upTo === undefined) return `sum(${increase})`;
    return `sum(${nativeText(counter.upTo, increase)})`;
  });
  if (parts.length === 1 && sum[0]!.sign > 0) return parts[0]!;
  // A counter that was never born has counted nothing.
  return sum
    .map(({ sign }, index) => `${sign > 0 ? (index === 0 ? '' : ' + ') : ' - '}(${parts[index]} or vector(0))`)
    .join('')
    .trim();
}

/** What a native histogram holds: all of it (null), or what lies at or below a value. An empty one has no fraction. */
export function nativeText(upTo: number | null, histogram: string): string {
  const all = `histogram_count(${histogram})`;
  return upTo === null ? all : `histogram_fraction(0, ${upTo}, ${histogram}) * ${all} >= 0 or ${all}`;
}
