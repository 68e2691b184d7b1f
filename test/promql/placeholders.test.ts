// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Grafana writes a variable
/** Variables of dashboards and templates: a window may be one, nothing else may, and every character stays in its place. */
import { describe, expect, test } from 'vitest';
import { withoutPlaceholders } from '../../src/promql/counters/placeholders.ts';
import { placeText } from '../../src/promql/counters/refusal.ts';
import { refusalOf } from './refusal-of.ts';

describe('A variable window', () => {
  test.for<[string, string]>([
    ['rate(x[$__rate_interval])', 'rate(x[5m              ])'],
    ['rate(x[$w])', 'rate(x[5m])'],
    ['rate(x[${w}]) / rate(y[${w:text}])', 'rate(x[5m  ]) / rate(y[5m       ])'],
    ['rate(x[[[w]]])', 'rate(x[5m   ])'],
    ['rate(x[ {{ .window }} ])', 'rate(x[5m             ])'],
    ['rate(x[{{- $window -}}])', 'rate(x[5m             ])'],
  ])('%s is a plain one: %s', ([query, plain]) => {
    expect(withoutPlaceholders(query)).toBe(plain);
  });
});

describe('What only looks like a variable', () => {
  test.for([
    'rate(x{a=~"5..$"}[5m])',
    'rate(x{a=~"[$5]"}[5m])',
    'rate(x{a=~"[[:alpha:]]+"}[5m])',
    'rate(x{a="/items/{{id}}"}[5m])',
    'rate(x{a="100$"}[5m])',
    'label_replace(x, "a", "$1", "b", "(.*)")',
    'rate(x[5m]) # of $job, [$w] and {{ .window }}',
    'rate(x{a="# no remark"}[5m])',
    `rate(x{a='"', b="'", c=\`"'\`}[5m])`,
    '',
  ])('is left alone: %s', (query) => {
    expect(withoutPlaceholders(query)).toBe(query);
  });
});

describe('A variable anywhere else', () => {
  test.for<[string, string]>([
    ['rate(x{job="$job"}[$w])', '$job'],
    ['rate(x{job="[$job]"}[$w])', '$job'],
    ["rate(x{job='${job}'}[5m])", '${job}'],
    ['rate(x{job=`[[job]]`}[5m])', '[[job]]'],
    ['rate(x{job="{{ .job }}"}[5m])', '{{ .job }}'],
    ['rate(x[5m:$step])', '$step'],
    ['$metric', '$metric'],
    ['topk($n, x)', '$n'],
    ['# $fine\nrate(${metric}[5m])', '${metric}'],
    ['rate({{ metric }}[5m])', '{{ metric }}'],
  ])('is refused, with its place: %s', ([query, variable]) => {
    const { message, position } = refusalOf(() => withoutPlaceholders(query));
    expect(message).toBe(`${variable} is a variable of a dashboard or template`);
    expect(query.slice(position.from, position.to)).toBe(variable);
  });

  test('is found in its line and column', () => {
    const query = 'rate(x[5m])\n  / $y';
    expect(placeText(query, refusalOf(() => withoutPlaceholders(query)).position)).toBe('2:5');
  });
});
