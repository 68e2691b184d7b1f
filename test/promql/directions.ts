/**
 * Worlds of counters that say how events ended, and every way to write the share of the bad or of the good ones in them,
 * beside what that means as plain data.
 */
import fc from 'fast-check';
import type { WrittenSeries } from '../lab/promql/remote-write.ts';

/** One counter added, or taken away. */
interface Part {
  readonly selector: string;
  readonly minus?: true;
}

/** One way to write how many there are. */
type Count = readonly Part[];

/** What shall be good, and all the ways to write it, to write what is not, and to write everything. */
interface Meaning {
  readonly good: readonly Count[];
  readonly bad: readonly Count[];
  readonly total: readonly Count[];
  /** The same as plain data, for PromQL by hand: which series to add. */
  readonly isGood: (series: Named) => boolean;
  readonly isTotal: (series: Named) => boolean;
}

type Labels = Readonly<Record<string, string>>;

interface Named {
  readonly name: string;
  readonly labels: Labels;
}

/** Metrics that belong together, under names with a prefix of their own. */
export interface Kind {
  readonly what: string;
  /** What one instance has; a histogram's buckets hold what the smaller ones hold. */
  readonly series: (prefix: string) => readonly (Named & { readonly cumulative?: true })[];
  readonly meanings: (prefix: string) => readonly Meaning[];
}

const job = 'job="api"';
const chosen = (name: string, ...matchers: string[]): string => `${name}{${[job, ...matchers].join(',')}}`;

/** Whether each value of a label is good, and what matchers say the same. */
interface Words {
  readonly label: string;
  readonly values: readonly string[];
  readonly meanings: readonly {
    readonly good: readonly string[];
    /** Matchers: those of one place are counters to be added. */
    readonly asGood: readonly (string | readonly string[])[];
    readonly asBad: readonly (string | readonly string[])[];
  }[];
}

function labelled(metric: string, { label, values, meanings }: Words): Kind {
  const name = (prefix: string) => `${prefix}_${metric}`;
  return {
    what: `${metric} by ${label} of ${values.slice(0, 2).join(', ')} …`,
    series: (prefix) => values.map((value) => ({ name: name(prefix), labels: { [label]: value } })),
    meanings: (prefix) => {
      const count = (matchers: string | readonly string[]): Count =>
        [matchers].flat().map((matcher) => ({ selector: chosen(name(prefix), `${label}${matcher}`) }));
      return meanings.map(({ good, asGood, asBad }) => {
        const [goods, bads] = [asGood.map(count), asBad.map(count)];
        return {
          good: goods,
          bad: bads,
          total: [
            [{ selector: chosen(name(prefix)) }],
            count('=~".+"'),
            count('!=""'),
            [...goods[0]!, ...bads[0]!],
            [...bads.at(-1)!, ...goods.at(-1)!],
          ],
          isGood: (series) => good.includes(series.labels[label]!),
          isTotal: () => true,
        };
      });
    },
  };
}

const codes = (label: string): Words => {
  const values = ['200', '201', '204', '301', '304', '400', '404', '429', '500', '502', '503'];
  const below = (limit: number) => values.filter((value) => Number(value) < limit);
  return {
    label,
    values,
    meanings: [
      {
        good: below(500),
        asGood: [
          '!~"5.."',
          '!~"5.*"',
          '!~"5[0-9]{2}"',
          '!~"^5..$"',
          '=~"2..|3..|4.."',
          '=~"[234].."',
          '=~"[1-4].."',
          '=~"[^5].."',
          '=~"(2|3|4).."',
          ['=~"2.."', '=~"3.."', '=~"4.."'],
          ['=~"2..|3.."', '=~"4.."'],
        ],
        asBad: [
          '=~"5.."',
          '=~"5.*"',
          '=~"5\\\\d\\\\d"',
          '=~"5[0-9][0-9]"',
          '=~"500|502|503"',
          '!~"[1234].."',
          '!~"[1-4].."',
          '!~"1..|2..|3..|4.."',
          '!~"2..|3..|4.."',
          ['="500"', '="502"', '="503"'],
        ],
      },
      {
        good: below(400),
        asGood: ['!~"[45].."', '!~"4..|5.."', '!~"(4|5).."', '=~"2..|3.."', '=~"[23].."', ['=~"2.."', '=~"3.."']],
        asBad: ['=~"[45].."', '=~"4..|5.."', '=~"(4|5).."', '=~"[4-5].."', '!~"2..|3.."', ['=~"4.."', '=~"5.."']],
      },
      {
        good: below(300),
        asGood: ['=~"2.."', '=~"2.*"', '=~"20."', '=~"200|201|204"', ['="200"', '="201"', '="204"']],
        asBad: ['!~"2.."', '!~"2.*"', '!~"20."'],
      },
    ],
  };
};

/** `xx`: what follows the first digit of a class. */
const classes = (label: string, xx: string): Words => {
  const [two, three, four, five] = ['2', '3', '4', '5'].map((digit) => `${digit}${xx}`) as [
    string,
    string,
    string,
    string,
  ];
  return {
    label,
    values: [two, three, four, five],
    meanings: [
      {
        good: [two, three, four],
        asGood: [
          `!="${five}"`,
          `!~"${five}"`,
          '!~"5.*"',
          `=~"${two}|${three}|${four}"`,
          `=~"[234]${xx}"`,
          `=~"[1-4]${xx}"`,
          [`="${two}"`, `="${three}"`, `="${four}"`],
        ],
        asBad: [
          `="${five}"`,
          `=~"${five}"`,
          '=~"5.*"',
          `!~"[1234]${xx}"`,
          `!~"${two}|${three}|${four}"`,
          `!~"${`1${xx}`}|${two}|${three}|${four}"`,
        ],
      },
      {
        good: [two, three],
        asGood: [`!~"[45]${xx}"`, `=~"${two}|${three}"`, [`="${two}"`, `="${three}"`]],
        asBad: [`=~"[45]${xx}"`, `=~"${four}|${five}"`, [`="${four}"`, `="${five}"`], `!~"${two}|${three}"`],
      },
      { good: [two], asGood: [`="${two}"`, `=~"${two}"`], asBad: [`!="${two}"`, `!~"${two}"`] },
    ],
  };
};

const grpc = (
  label: string,
  [ok, missing, wrong, ...failed]: readonly [string, string, string, ...string[]],
): Words => {
  const any = failed.join('|');
  return {
    label,
    values: [ok, missing, wrong, ...failed],
    meanings: [
      { good: [ok], asGood: [`="${ok}"`, `=~"${ok}"`], asBad: [`!="${ok}"`, `!~"${ok}"`] },
      {
        good: [ok, missing, wrong],
        asGood: [`!~"${any}"`, `=~"${ok}|${missing}|${wrong}"`, [`="${ok}"`, `=~"${missing}|${wrong}"`]],
        asBad: [`=~"${any}"`, `!~"${ok}|${missing}|${wrong}"`, failed.map((one) => `="${one}"`)],
      },
    ],
  };
};

/** Micrometer's. */
const outcomes: Words = {
  label: 'outcome',
  values: ['SUCCESS', 'REDIRECTION', 'CLIENT_ERROR', 'SERVER_ERROR'],
  meanings: [
    {
      good: ['SUCCESS', 'REDIRECTION', 'CLIENT_ERROR'],
      asGood: ['!="SERVER_ERROR"', '!~"SERVER_ERROR"', '=~"SUCCESS|REDIRECTION|CLIENT_ERROR"'],
      asBad: ['="SERVER_ERROR"', '=~"SERVER_ERROR"', '=~"SERVER.*"', '!~"SUCCESS|REDIRECTION|CLIENT_ERROR"'],
    },
    {
      good: ['SUCCESS', 'REDIRECTION'],
      asGood: [
        '!~"CLIENT_ERROR|SERVER_ERROR"',
        '!~".*_ERROR"',
        '=~"SUCCESS|REDIRECTION"',
        ['="SUCCESS"', '="REDIRECTION"'],
      ],
      asBad: ['=~"CLIENT_ERROR|SERVER_ERROR"', '=~".*_ERROR"', '=~".*ERROR"', ['="CLIENT_ERROR"', '="SERVER_ERROR"']],
    },
    { good: ['SUCCESS'], asGood: ['="SUCCESS"', '=~"SUCCESS"'], asBad: ['!="SUCCESS"', '!~"SUCCESS"'] },
  ],
};

/** Two words, one of which is good. */
const two = (label: string, good: string, bad: string): Words => ({
  label,
  values: [good, bad],
  meanings: [
    {
      good: [good],
      asGood: [`="${good}"`, `!="${bad}"`, `=~"${good}"`, `!~"${bad}"`],
      asBad: [`="${bad}"`, `!="${good}"`, `=~"${bad}"`, `!~"${good}"`],
    },
  ],
});

/** Metrics of their own for what succeeded and what failed; `whole` counts both, where there is such a metric. */
function apart(good: string, bad: string, whole: string | null): Kind {
  return {
    what: `${good} beside ${bad}${whole === null ? '' : ` and ${whole}`}`,
    // The whole is written as what the two come to, by their place.
    series: (prefix) => [good, bad].map((name) => ({ name: `${prefix}_${name}`, labels: {} })),
    meanings: (prefix) => {
      const of = (name: string): Part => ({ selector: chosen(`${prefix}_${name}`) });
      const both = [
        [of(good), of(bad)],
        [of(bad), of(good)],
      ];
      return [
        {
          good: [[of(good)]],
          bad: [[of(bad)]],
          total: whole === null ? both : [[of(whole)], ...both],
          isGood: ({ name }) => name === `${prefix}_${good}`,
          isTotal: ({ name }) => name !== `${prefix}_${whole}`,
        },
      ];
    },
  };
}

/** `bounds`: the texts of the boundaries, rising; each of them is a meaning of its own. */
function histogram(metric: string, bounds: readonly string[]): Kind {
  return {
    what: `${metric} within ${bounds.join(', ')}`,
    series: (prefix) =>
      [...bounds, '+Inf'].map((le) => ({ name: `${prefix}_${metric}_bucket`, labels: { le }, cumulative: true })),
    meanings: (prefix) => {
      const bucket = (le: string): Part => ({
        selector: chosen(`${prefix}_${metric}_bucket`, `le=${JSON.stringify(le)}`),
      });
      const total: readonly Part[] = [{ selector: chosen(`${prefix}_${metric}_count`) }, bucket('+Inf')];
      return bounds.map((bound) => {
        const within: readonly Part[] = [
          bucket(bound),
          { selector: chosen(`${prefix}_${metric}_bucket`, `le=~${JSON.stringify(bound.replace('.', '\\.'))}`) },
        ];
        return {
          good: within.map((one) => [one]),
          bad: total.flatMap((all) => within.map((one): Count => [all, { ...one, minus: true }])),
          total: total.map((one) => [one]),
          isGood: ({ name, labels }) => name.endsWith('_bucket') && labels.le === bound,
          isTotal: ({ name, labels }) => name.endsWith('_bucket') && labels.le === '+Inf',
        };
      });
    },
  };
}

const grpcNames = ['OK', 'NotFound', 'InvalidArgument', 'Unavailable', 'Internal', 'DeadlineExceeded'] as const;
const grpcShouted = ['OK', 'NOT_FOUND', 'INVALID_ARGUMENT', 'UNAVAILABLE', 'INTERNAL', 'DEADLINE_EXCEEDED'] as const;

export const kinds: readonly Kind[] = [
  ...['status', 'http_status_code', 'response_code', 'status_code'].map((label) =>
    labelled('http_requests_total', codes(label)),
  ),
  labelled('http_request_duration_seconds_count', codes('code')),
  labelled('http_requests_total', classes('status', 'xx')),
  labelled('http_requests_total', classes('response_code_class', 'xx')),
  labelled('http_requests_total', classes('status_class', 'XX')),
  labelled('cluster_upstream_rq_xx_total', classes('envoy_response_code_class', '')),
  labelled('grpc_server_handled_total', grpc('grpc_code', grpcNames)),
  labelled('rpc_server_duration_count', grpc('grpc_status', ['0', '5', '3', '14', '13', '4'])),
  labelled('grpc_io_server_completed_rpcs_total', grpc('grpc_server_status', grpcShouted)),
  labelled('http_server_requests_seconds_count', outcomes),
  labelled('requests_total', two('success', 'true', 'false')),
  labelled('requests_total', two('successful', '1', '0')),
  labelled('requests_total', two('error', 'false', 'true')),
  labelled('requests_total', two('failed', 'no', 'yes')),
  labelled('jobs_processed_total', two('result', 'success', 'failure')),
  labelled('jobs_processed_total', two('status', 'ok', 'error')),
  labelled('jobs_processed_total', two('outcome', 'succeeded', 'failed')),
  labelled('cache_requests_total', two('result', 'hit', 'miss')),
  apart('api_success_total', 'api_errors_total', 'api_requests_total'),
  apart('api_requests_succeeded_total', 'api_requests_failed_total', 'api_requests_total'),
  apart('api_success_total', 'api_failures_total', null),
  apart('cache_hits_total', 'cache_misses_total', null),
  apart('cache_hits_total', 'cache_misses_total', 'cache_lookups_total'),
  histogram('http_request_duration_seconds', ['0.1', '0.3', '1']),
  histogram('http_server_duration_milliseconds', ['250', '500.0']),
];

/** What the growths stand for, by place: enough for every kind. */
const most = { series: 12, instances: 2 };
export const revisions = ['api-00001-abc', 'api-00002-def'];

/** By revision, instance and series, what each counts up by from sample to sample; null: never born. */
export type Growths = readonly (readonly (readonly (number | null)[])[])[];

const growth = fc.oneof(
  { weight: 6, arbitrary: fc.nat(1000) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const exactly = <T>(length: number, one: fc.Arbitrary<T>) => fc.array(one, { minLength: length, maxLength: length });
export const growths: fc.Arbitrary<Growths> = exactly(
  revisions.length,
  exactly(most.instances, exactly(most.series, growth)),
);

export const startMs = Date.parse('2026-01-05T00:00:00Z');
export const endMs = startMs + 10 * 60_000;
const everyMs = 15_000;

/** Everything of one world, and of another job that nobody may count. */
export function written(kind: Kind, prefix: string, growing: Growths): WrittenSeries<number>[] {
  return revisions.flatMap((revision_name, which) =>
    growing[which]!.flatMap((own, instance) =>
      ['api', 'worker'].flatMap((jobName) => {
        const at = { job: jobName, revision_name, instance: `${jobName}-${which}-${instance}` };
        return ofInstance(kind, prefix, own).map(({ name, labels, grows }) =>
          rising({ __name__: name, ...at, ...labels }, grows),
        );
      }),
    ),
  );
}

function ofInstance(kind: Kind, prefix: string, own: readonly (number | null)[]): (Named & { grows: number })[] {
  const all = kind.series(prefix);
  const isCumulative = all.some(({ cumulative }) => cumulative);
  const whole = kind.meanings(prefix)[0]!.total;
  let below = 0;
  const found = all.flatMap((one, place) => {
    const grows = own[place] ?? null;
    // Of a histogram all buckets are there.
    if (isCumulative) below += grows ?? 0;
    return isCumulative ? [{ ...one, grows: below }] : grows === null ? [] : [{ ...one, grows }];
  });
  // A metric that the total names and no series has is one that counts them all.
  const named = whole.flat().map(({ selector }) => selector.slice(0, selector.indexOf('{')));
  const counts = [...new Set(named)].filter((name) => all.every((one) => one.name !== name));
  const sum = isCumulative ? below : found.reduce((total, { grows }) => total + grows, 0);
  return [...found, ...counts.map((name) => ({ name, labels: {}, grows: sum }))];
}

/** It was high when it was first seen: nobody can tell when it was zero, so all series are extrapolated alike. */
function rising(metric: Labels, grows: number): WrittenSeries<number> {
  const samples: [number, number][] = [];
  for (let atMs = startMs; atMs <= endMs; atMs += everyMs) {
    samples.push([atMs, grows * (100 + (atMs - startMs) / everyMs)]);
  }
  return { metric, samples };
}

/** What PromQL by hand adds up. */
export function byHand(kind: Kind, prefix: string, is: (series: Named) => boolean, revision: string): string {
  const selected = kind
    .series(prefix)
    .filter(is)
    .map(({ name, labels }) => {
      const matchers = Object.entries({ ...labels, revision_name: revision }).map(
        ([label, value]) => `${label}="${value}"`,
      );
      return `(sum(increase(${chosen(name, ...matchers)}[8m])) or vector(0))`;
    });
  return selected.join(' + ');
}

/** How a query is written, which changes nothing of what it counts. */
export interface Style {
  readonly leaf: 'rate' | 'irate' | 'increase';
  readonly windows: readonly [top: string, bottom: string];
  /** Around a counter's rate, around its sum, around what is divided by, and around the answer. */
  readonly each: (rate: string) => string;
  readonly sum: (sum: string) => string;
  readonly bottom: (total: string) => string;
  readonly answer: (query: string, whole: 1 | 100, total: string) => string;
  readonly matching: string;
}

// All of them lie within the world: at its edges a rate is guessed.
const window = fc.constantFrom('1m', '90s', '2m', '5m', '8m', '$__rate_interval');
const same = (text: string): string => text;
export const styles: fc.Arbitrary<Style> = fc
  .record({
    leaf: fc.constantFrom('rate' as const, 'rate' as const, 'irate' as const, 'increase' as const),
    windows: fc.tuple(window, window),
    each: fc.constantFrom(
      same,
      same,
      (rate: string) => `(${rate})`,
      (rate: string) => `${rate} > 0`,
      (rate: string) => `${rate} >= 0`,
      (rate: string) => `sum by (instance) (${rate})`,
      (rate: string) => `label_replace(${rate}, "zone", "$1", "instance", "(.*)")`,
    ),
    sum: fc.constantFrom(
      same,
      same,
      (sum: string) => `(${sum} or vector(0))`,
      (sum: string) => `(${sum} or on() vector(0))`,
      (sum: string) => `clamp_min(${sum}, 0)`,
      (sum: string) => `+(${sum})`,
    ),
    bottom: fc.constantFrom(
      same,
      same,
      (total: string) => `clamp_min(${total}, 1e-9)`,
      (total: string) => `(${total} > 0)`,
      (total: string) => `(${total} != 0)`,
    ),
    answer: fc.constantFrom<Style['answer']>(
      same,
      same,
      same,
      (query) => `round(${query}, 0.001)`,
      (query) => `label_replace(${query}, "service", "api", "", "")`,
      (query) => `(${query}) or vector(0)`,
      (query) => `avg(${query})`,
      (query, _, total) => `(${query}) and ${total} > 0`,
      (query) => `# what is watched\n${query}\n`,
    ),
    matching: fc.constantFrom('', '', ' on()', ' ignoring(pod)'),
  })
  // Counts are only comparable within one window.
  .map((style) => (style.leaf === 'increase' ? { ...style, windows: [style.windows[0], style.windows[0]] } : style));

type Form = (count: string, over: string, total: string) => string;

/** What a count of one side answers with: its own share, or that of the other side. */
const own: readonly (readonly [whole: 1 | 100, form: Form])[] = [
  [1, (count, over, total) => `${count} ${over} ${total}`],
  [1, (count, over, total) => `(${count} ${over} ${total})`],
  [1, (count, over, total) => `1 - (${total} - ${count}) ${over} ${total}`],
  [1, (count, over, total) => `1 - ((${total} - ${count}) ${over} ${total})`],
  [100, (count, over, total) => `100 * ${count} ${over} ${total}`],
  [100, (count, over, total) => `100 * (${count} ${over} ${total})`],
  [100, (count, over, total) => `${count} ${over} ${total} * 100`],
  [100, (count, over, total) => `${count} * 100 ${over} ${total}`],
  [100, (count, over, total) => `100 - 100 * (${total} - ${count}) ${over} ${total}`],
];
const others: typeof own = [
  [1, (count, over, total) => `1 - ${count} ${over} ${total}`],
  [1, (count, over, total) => `1 - (${count} ${over} ${total})`],
  [1, (count, over, total) => `(${total} - ${count}) ${over} ${total}`],
  [100, (count, over, total) => `100 - 100 * ${count} ${over} ${total}`],
  [100, (count, over, total) => `100 - (${count} ${over} ${total}) * 100`],
  [100, (count, over, total) => `100 * (1 - ${count} ${over} ${total})`],
  [100, (count, over, total) => `(1 - ${count} ${over} ${total}) * 100`],
  [100, (count, over, total) => `(${total} - ${count}) ${over} ${total} * 100`],
  [100, (count, over, total) => `100 * (${total} - ${count}) ${over} ${total}`],
];

export interface Spelling {
  readonly query: string;
  /** Whether the query answers with the share of the good. */
  readonly isGood: boolean;
  readonly whole: 1 | 100;
  readonly isRounded: boolean;
}

/** Every count in every form; what it is divided by takes turns, and so does the style. */
export function* spellings(meaning: Meaning, all: readonly Style[], first: number): Generator<Spelling> {
  let turn = first;
  for (const [side, counts] of [
    ['Good', meaning.good],
    ['Bad', meaning.bad],
  ] as const) {
    for (const [answersWith, forms] of [
      [side, own],
      [side === 'Good' ? 'Bad' : 'Good', others],
    ] as const) {
      for (const count of counts) {
        for (const [whole, form] of forms) {
          const total = meaning.total[turn % meaning.total.length]!;
          const style = all[turn++ % all.length]!;
          const below = style.bottom(sumText(total, style, 1));
          const query = form(sumText(count, style, 0), `/${style.matching}`, below);
          const answer = style.answer(query, whole, sumText(total, style, 1));
          yield { query: answer, isGood: answersWith === 'Good', whole, isRounded: answer.startsWith('round(') };
        }
      }
    }
  }
}

function sumText(count: Count, style: Style, side: 0 | 1): string {
  const parts = count.map(({ selector, minus }, index) => {
    const sum = style.sum(`sum(${style.each(`${style.leaf}(${selector}[${style.windows[side]}])`)})`);
    return index === 0 ? sum : `${minus ? '-' : '+'} ${sum}`;
  });
  return parts.length === 1 ? parts[0]! : `(${parts.join(' ')})`;
}
