/** Queries that nobody would write, within the supported subset: where hand-picked ones have no imagination. */
import fc from 'fast-check';

const oneOf = (...texts: string[]) => fc.constantFrom(...texts);
const spaced = (...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(...parts).map((texts) => texts.filter((text) => text !== '').join(' '));

const selectors = oneOf(
  'http_requests_total',
  'http_requests_total{status="200"}',
  'http_requests_total{status=~"5..",route!="/"}',
  'http_latency_bucket',
  'http_latency_bucket{le=~"0.*|[+]Inf"}',
  'temperature',
  'level',
  'late_total',
  'slow_total',
  'constant',
  'nothing_at_all',
  '{place=~"in|out"}',
);
const offsets = oneOf('', '', '', 'offset 1m', 'offset 7m30s', 'offset -2m', 'offset 1ms');
const ranges = oneOf('[5m]', '[1m]', '[17s]', '[12m1ms]');
const subranges = oneOf('[10m:1m]', '[5m:]', '[7m:23s]');
const matchings = oneOf(
  '',
  '',
  '',
  'on(place)',
  'on(revision_name, status)',
  'ignoring(status)',
  'ignoring(unit)',
  'on()',
  'on(__name__, place)',
);
const groupings = oneOf(
  '',
  '',
  'by (status)',
  'by (place, le)',
  'without (route)',
  'without (unit, status, le)',
  'by (__name__)',
  'by ()',
);

export const randomQuery: fc.Arbitrary<string> = fc.letrec<{ vector: string; scalar: string; matrix: string }>(
  (tie) => ({
    vector: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      spaced(selectors, offsets),
      fc
        .tuple(
          tie('matrix'),
          oneOf(
            'rate',
            'increase',
            'delta',
            'irate',
            'resets',
            ...['sum', 'avg', 'min', 'max', 'count', 'last', 'present'].map((what) => `${what}_over_time`),
          ),
        )
        .map(([matrix, name]) => `${name}(${matrix})`),
      fc.tuple(tie('scalar'), tie('matrix')).map(([q, matrix]) => `quantile_over_time(${q}, ${matrix})`),
      fc
        .tuple(tie('vector'), oneOf('sum', 'avg', 'min', 'max', 'count', 'group'), groupings)
        .map(([vector, op, grouping]) => `${op} ${grouping} (${vector})`),
      fc.tuple(tie('vector'), groupings).map(([vector, grouping]) => `quantile(0.7, ${vector}) ${grouping}`),
      fc
        .tuple(tie('vector'), oneOf('abs', 'ceil', 'floor', 'round', 'sort', 'timestamp', 'absent', '', '-', '+'))
        .map(([vector, name]) => `${name}(${vector})`),
      fc
        .tuple(tie('vector'), tie('scalar'), oneOf('clamp_min', 'clamp_max', 'round'))
        .map(([vector, limit, name]) => `${name}(${vector}, ${limit})`),
      fc.tuple(tie('scalar'), tie('vector')).map(([q, vector]) => `histogram_quantile(${q}, ${vector})`),
      fc.tuple(tie('scalar')).map(([number]) => `vector(${number})`),
      fc
        .tuple(
          tie('vector'),
          oneOf('+', '-', '*', '/', '%', '^', '==', '!=', '<', '<=', '> bool', '>= bool', 'and', 'or', 'unless'),
          matchings,
          tie('vector'),
        )
        .map((parts) => parts.filter((part) => part !== '').join(' ')),
      spaced(tie('vector'), oneOf('+', '-', '*', '/', '%', '^', '==', '!= bool', '<', '>= bool'), tie('scalar')),
      spaced(tie('scalar'), oneOf('+', '-', '*', '/', '%', '^', '== bool', '!=', '<'), tie('vector')),
    ),
    scalar: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      oneOf('0', '1', '2', '0.5', '0.95', '-3', '1e3', '0x10', 'Inf', 'NaN', 'time()'),
      fc.tuple(tie('vector')).map(([vector]) => `scalar(${vector})`),
      spaced(tie('scalar'), oneOf('+', '-', '*', '/', '%', '^', '== bool', '> bool'), tie('scalar')),
    ),
    matrix: fc.oneof(
      fc.tuple(selectors, ranges, offsets).map(([selector, range, offset]) => `${selector}${range} ${offset}`),
      fc.tuple(tie('vector'), subranges, offsets).map(([vector, range, offset]) => `(${vector})${range} ${offset}`),
    ),
  }),
).vector;
