/** Texts that are no PromQL yet: variables of dashboards and templates, slips, and what is too large to be meant. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Grafana writes a variable
import type { Refused } from '../corpus.ts';

const no = (query: string, at: string, message: string): Refused => ({ query, at, message });

const all = 'sum(rate(b[5m]))';

const variables = [
  no(`sum(rate(a{job="$job"}[5m])) / ${all}`, '$job', '$job is a variable'),
  no(`sum(rate(a{job=~"\${job:regex}"}[5m])) / ${all}`, '${job:regex}', '${job:regex} is a variable'),
  no(`sum(rate(a{job="\${job}"}[5m])) / ${all}`, '${job}', '${job} is a variable'),
  no(`sum(rate(a{job='$job'}[5m])) / ${all}`, '$job', '$job is a variable'),
  no(`sum(rate(a{job=\`api-$env\`}[5m])) / ${all}`, '$env', '$env is a variable'),
  no(`sum(rate(a{job="[[job]]"}[5m])) / ${all}`, '[[job]]', '[[job]] is a variable'),
  no(`sum(rate(a{job=~"[[job:regex]]"}[5m])) / ${all}`, '[[job:regex]]', '[[job:regex]] is a variable'),
  no(`sum(rate($metric[5m])) / ${all}`, '$metric', '$metric is a variable'),
  no(`sum(rate(\${metric}_total[5m])) / ${all}`, '${metric}', '${metric} is a variable'),
  no(`sum(rate(a{$labels}[5m])) / ${all}`, '$labels', '$labels is a variable'),
  no(`sum(rate(a{job="{{ .service }}"}[5m])) / ${all}`, '{{ .service }}', '{{ .service }} is a variable'),
  no(`sum(rate({{ .metric }}[5m])) / ${all}`, '{{ .metric }}', '{{ .metric }} is a variable'),
  no(`sum(rate(a[5m:$__interval])) / ${all}`, '$__interval', '$__interval is a variable'),
  no(`sum(rate(a[5m] offset $offset)) / ${all}`, '$offset', '$offset is a variable'),
  no(`histogram_quantile($q, sum by (le) (rate(a_bucket[$__rate_interval])))`, '$q', '$q is a variable'),
  no(`sum(rate(a{x="'$job'"}[5m])) / ${all}`, '$job', '$job is a variable'),
];

const slips = [
  no('', '', 'no expression found'),
  no('   \n\t', '', 'no expression found'),
  no('# only a remark', '', 'no expression found'),
  no(`sum(rate(a[5m])) /`, '', 'unexpected end of input'),
  no(`sum(rate(a[5m])) / sum(rate(b[5m])`, '', 'unexpected end of input'),
  no(`sum(rate(a[5m]))) / ${all}`, ')', 'unexpected ")'),
  no(`sum(rate(a[5m)) / ${all}`, ')', 'unexpected ")'),
  no(`sum(rate(a{job="x}[5m])) / ${all}`, '', 'unexpected'),
  no(`sum(rate(a{job=x}[5m])) / ${all}`, 'x', 'unexpected "x'),
  no(`sum(rate(a{job:"x"}[5m])) / ${all}`, ':', 'unexpected ":'),
  no(`sum(rate(a{job=="x"}[5m])) / ${all}`, '=', 'unexpected "="'),
  no(`sum(rate(a{,job="x"}[5m])) / ${all}`, ',', 'unexpected ","'),
  no(`sum(rate(a{job="x" status="y"}[5m])) / ${all}`, 'status', 'unexpected "status'),
  no(`sum(rate(a{job="x"}{status="y"}[5m])) / ${all}`, '{', 'unexpected "{"'),
  no(`sum(rate(a)) / ${all}`, 'a', 'rate needs a window'),
  no(`sum(rate()) / ${all}`, 'rate()', 'rate takes one range'),
  no(`sum() / ${all}`, 'sum()', 'sum takes one argument'),
  no(`sum(sum()) / ${all}`, 'sum()', 'sum takes one argument'),
  no(`sum(2, rate(a[5m])) / ${all}`, 'sum(2, rate(a[5m]))', 'sum takes one argument'),
  no(`sum(rate(a[5m], 2)) / ${all}`, 'rate(a[5m], 2)', 'rate takes one range'),
  no(`sum(a[5m]) / ${all}`, 'a[5m]', 'a range has no value of its own'),
  no(`a[5m] / ${all}`, 'a[5m]', 'a range has no value of its own'),
  no(`sum(rate(sum(a)[5m])) / ${all}`, 'sum(a)[5m]', 'ranges only allowed for vector selectors'),
  no(`sum(rate(a offset 5m[5m])) / ${all}`, 'a offset 5m[5m]', 'no offset modifiers allowed before range'),
  no(`sum(rate(a[5x])) / ${all}`, 'x', 'unexpected "x'),
  no(`sum(rate(a[0s])) / ${all}`, 'a[0s]', 'duration must be greater than 0'),
  no(`sum(rate(a[1m30h])) / ${all}`, '30h', 'unexpected "30h'),
  no(`sum(rates(a[5m])) / ${all}`, 'rates', 'unknown function with name "rates"'),
  no(
    `histogram_share(0.3, sum by (le) (rate(a_bucket[5m])))`,
    'histogram_share',
    'unknown function with name "histogram_share"',
  ),
  no(`sum(rate(a[5m])) / bool ${all}`, 'bool', 'bool modifier can only be used on comparison'),
  no(`sum(rate(a[5m])) ÷ ${all}`, '÷', 'unexpected "÷'),
  no(`sum(rate(a[5m])) / ${all};`, ';', 'unexpected ";'),
  no(`SELECT count(*) FROM errors`, 'count(', 'unexpected "count("'),
  no(`sum(rate(a{x="\\q"}[5m])) / ${all}`, '"\\q"', 'unsupported string'),
  no(`sum(rate(a{x="\\xff"}[5m])) / ${all}`, '"\\xff"', 'unsupported string'),
  no(`sum(rate(a{x="\\ud800"}[5m])) / ${all}`, '"\\ud800"', 'unsupported string'),
  no(`sum(rate(a{x="two\nlines"}[5m])) / ${all}`, 'lines', 'unexpected "lines"'),
  no(`sum(rate(a{__name__="b"}[5m])) / ${all}`, 'a{__name__="b"}', 'metric name must not be set twice'),
  no(`sum(rate({"a","b"}[5m])) / ${all}`, '{"a","b"}', 'metric name must not be set twice'),
  no(`sum(rate(a[5m])) / fill(0) ${all}`, 'fill(0)', 'unsupported modifier fill'),
  no(`010 * sum(rate(a[5m])) / ${all}`, '010', 'unsupported number'),
  no('–', '–', 'unexpected'),
  no('💥', '💥', 'unexpected'),
];

const tooLarge = [
  no(
    `sum(rate(a{x="${'y'.repeat(100_000)}"}[5m])) / ${all}`,
    `${'y'.repeat(100_000 - 8192 + 14)}"}[5m])) / ${all}`,
    'has 100041 characters',
  ),
  no(`${'('.repeat(5000)}${all}${')'.repeat(5000)}`, `)`.repeat(10016 - 8192), 'has 10016 characters'),
  no(`${'('.repeat(1500)}${all}${')'.repeat(1500)}`, '(', 'brackets within more than 1000 others'),
  no(`${'-'.repeat(3000)}${all}`, '-', 'more than 250 operators'),
  no(`(${Array(300).fill('sum(rate(a[5m]))').join('+')}) / ${all}`, '+', 'more than 250 operators'),
];

export const refusedTexts: readonly Refused[] = [...variables, ...slips, ...tooLarge];
