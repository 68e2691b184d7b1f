/** Random ratios within what is accepted, beside what they mean as plain data; and random series for them to count. */
import fc from 'fast-check';

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly growth: number;
}

interface LabelTest {
  readonly label: string;
  readonly text: string;
  readonly passes: (value: string) => boolean;
}

export type Sum = readonly { readonly sign: 1 | -1; readonly name: string; readonly tests: readonly LabelTest[] }[];

export interface Query {
  readonly text: string;
  readonly top: Sum;
  readonly bottom: Sum;
  readonly isGood: boolean;
}

const testOf = (label: string, text: string, passes: (value: string) => boolean): LabelTest => ({
  label,
  text: `${label}${text}`,
  passes,
});
const tests: readonly LabelTest[] = [
  testOf('a', '="1"', (value) => value === '1'),
  testOf('a', '="2"', (value) => value === '2'),
  testOf('a', '!="1"', (value) => value !== '1'),
  testOf('a', '=~"1|2"', (value) => value === '1' || value === '2'),
  testOf('a', '=~".*"', () => true),
  testOf('b', '="x"', (value) => value === 'x'),
  testOf('b', '!~"x|z"', (value) => value !== 'x' && value !== 'z'),
  testOf('b', '=""', (value) => value === ''),
  testOf('b', "=~'.+'", (value) => value !== ''),
  testOf('revision_name', '!=""', (value) => value !== ''),
];
const bucketTests: readonly LabelTest[] = [
  testOf('le', '="1"', (value) => value === '1'),
  testOf('le', '="2"', (value) => value === '2'),
  testOf('le', '="+Inf"', (value) => value === '+Inf'),
  testOf('le', '=~"1(\\\\.0)?"', (value) => value === '1'),
];

const counter = fc.oneof(
  fc.record({ name: fc.constantFrom('m', 'm', 'n'), tests: fc.array(fc.constantFrom(...tests), { maxLength: 2 }) }),
  fc.record({ name: fc.constant('h_count'), tests: fc.array(fc.constantFrom(...tests), { maxLength: 2 }) }),
  fc.record({
    name: fc.constant('h_bucket'),
    tests: fc
      .tuple(fc.constantFrom(...bucketTests), fc.array(fc.constantFrom(...tests), { maxLength: 1 }))
      .map(([bucket, more]) => [bucket, ...more]),
  }),
);

/** Ways to write the same count; the window does not matter to a rate. */
const wrappings = fc.constantFrom<(selector: string) => string>(
  (selector) => `sum(rate(${selector}[5m]))`,
  (selector) => `sum(rate(${selector}[1h]))`,
  (selector) => `(sum by () ((rate(${selector}[$__rate_interval]))))`,
  (selector) => `sum(sum by (a, le) (rate(${selector}[1m])))`,
  (selector) => `(sum(rate(${selector}[5m])) or vector(0))`,
  (selector) => `sum(rate(${selector}[5m]) > 0)`,
  (selector) => `clamp_min(sum(rate(${selector}[5m])), 0)`,
  (selector) => `+scalar(sum(rate(${selector}[5m])))`,
);

type Part = {
  readonly counter: { readonly name: string; readonly tests: readonly LabelTest[] };
  readonly minus: number;
  readonly wrap: (selector: string) => string;
};
const part: fc.Arbitrary<Part> = fc.record({ counter, minus: fc.integer({ min: 0, max: 3 }), wrap: wrappings });
const parts = fc.array(part, { minLength: 1, maxLength: 3 });

function sideOf(chosen: readonly Part[]): { readonly sum: Sum; readonly text: string } {
  const sum = chosen.map((one, index) => ({ ...one.counter, sign: (index > 0 && one.minus === 0 ? -1 : 1) as 1 | -1 }));
  const text = chosen.map(({ counter: { name, tests: own }, wrap }, index) => {
    const selector = own.length === 0 ? name : `${name}{${own.map((one) => one.text).join(',')}}`;
    return `${index === 0 ? '' : sum[index]!.sign < 0 ? ' - ' : ' + '}${wrap(selector)}`;
  });
  return { sum, text: text.join('') };
}

/** Often what is above is made of what is below, with a matcher more: that is where a proof may go wrong. */
const sides = fc.oneof(
  fc.tuple(parts, parts),
  fc
    .tuple(
      parts,
      fc.array(fc.tuple(fc.nat(2), fc.option(fc.constantFrom(...tests)), part), {
        minLength: 1,
        maxLength: 3,
      }),
    )
    .map(([below, choices]): [Part[], Part[]] => [
      choices.map(([index, more, { minus, wrap }]) => {
        const { name, tests: own } = below[index % below.length]!.counter;
        return { counter: { name, tests: more ? [...own, more] : own }, minus, wrap };
      }),
      below,
    ]),
);

const shapes = fc.constantFrom<readonly [isGood: boolean, text: (top: string, bottom: string) => string]>(
  [false, (top, bottom) => `(${top}) / (${bottom})`],
  [false, (top, bottom) => `100 * (${top})\n/\n((${bottom})) # percent`],
  [false, (top, bottom) => `(${top}) / on() (${bottom}) * 100`],
  [true, (top, bottom) => `1 - (${top}) / (${bottom})`],
  [true, (top, bottom) => `100 - 100 * ((${top}) / ((${bottom}) > 0 or vector(0)))`],
);

export const queries: fc.Arbitrary<Query> = fc
  .tuple(sides, shapes)
  .map(([[above, below], [isGood, text]]) => {
    const [top, bottom] = [sideOf(above), sideOf(below)];
    return { text: text(top.text, bottom.text), top: top.sum, bottom: bottom.sum, isGood };
  })
  // A guard against what is below zero is refused where something may be.
  .filter(({ text, bottom }) => !text.includes('> 0 or') || bottom.every(({ sign }) => sign > 0));

/** Every combination of labels for every revision, with growth of all sizes; histograms that are cumulative. */
export const worlds = (revisions: readonly string[]): fc.Arbitrary<Series[]> => {
  const places = revisions.flatMap((revision_name) =>
    ['1', '2'].flatMap((a) => ['x', ''].map((b) => ({ revision_name, a, ...(b !== '' && { b }) }))),
  );
  const growths = fc.array(fc.constantFrom(0, 5, 10, 5000), {
    minLength: 5 * places.length,
    maxLength: 5 * places.length,
  });
  return growths.map((growth) =>
    places.flatMap((labels, index) => {
      const [m, n, first, second, third] = growth.slice(5 * index) as [number, number, number, number, number];
      const all = first + second + third;
      return [
        { name: 'm', labels, growth: m },
        { name: 'n', labels, growth: n },
        { name: 'h_bucket', labels: { ...labels, le: '1' }, growth: first },
        { name: 'h_bucket', labels: { ...labels, le: '2' }, growth: first + second },
        { name: 'h_bucket', labels: { ...labels, le: '+Inf' }, growth: all },
        { name: 'h_count', labels, growth: all },
      ];
    }),
  );
};
