/** What a team pastes: nothing absent is zero, nothing upside down, no unit guessed. */
import type { Breakage } from './breakage.ts';

const absence = ['test/prometheus/absence.test.ts'];
const scenarios = ['test/scenarios/unmeasurable.test.ts'];
const kinds = ['test/promql/kinds.test.ts'];

export const queryRules: readonly Breakage[] = [
  {
    rule: 'queries: a counter that is not there is zero',
    file: 'src/prometheus/missing.ts',
    from: 'if (place < 0) return null;',
    to: 'if (place < 100) return null;',
    tests: absence,
  },
  {
    rule: 'queries: a matcher that holds without its label is believed',
    file: 'src/counting/absence.ts',
    from: 'unbornProbe(counter, shape) ?? counter',
    to: 'counter ?? shape',
    tests: absence,
  },
  {
    rule: 'queries: a boundary is a text',
    file: 'src/counting/boundaries.ts',
    from: 'close(boundaryValue(le), value) ? [le] : []',
    to: 'le === String(value) ? [le] : []',
    tests: absence,
  },
  {
    rule: 'queries: silence and absence are the same',
    file: 'src/prometheus/inspect.ts',
    from: 'if (!(served > 0))',
    to: 'if (served >= 0)',
    tests: absence,
  },
  {
    rule: 'queries: the boundaries decide no unit',
    file: 'src/counting/boundaries.ts',
    from: '(looks ?? unitMs)',
    to: '(unitMs ?? looks)',
    tests: absence,
  },
  {
    rule: 'queries: a threshold is judged where no boundary is near',
    file: 'src/counting/boundaries.ts',
    from: 'if (isWithin(values, threshold)) return',
    to: 'if (values.length > 0) return',
    tests: absence,
  },
  {
    rule: 'queries: Google is asked what nobody knows its answer to',
    file: 'src/counting/queries.ts',
    from: 'deltas ? addedIn(counter, [], 15 * minuteMs)',
    to: 'deltas === null ? addedIn(counter, [], 15 * minuteMs)',
    tests: ['test/prometheus/changes.test.ts'],
  },
  {
    rule: 'queries: a part of a minute of Google’s own metrics is counted',
    file: 'src/prometheus/windows.ts',
    from: 'measured.deltas ? wholeMinutes(question) : question',
    to: 'question',
    tests: ['test/prometheus/changes.test.ts'],
  },
  {
    rule: 'queries: what cannot all be seen yet is judged',
    file: 'src/prometheus/reach.ts',
    from: 'wholeMinute(nowMs - this.#changesAfterMs)',
    to: 'wholeMinute(nowMs)',
    tests: ['test/prometheus/metrics.test.ts'],
  },
  {
    rule: 'queries: what failed for many says that there is nothing',
    file: 'src/prometheus/saturation.ts',
    from: 'one: other } of all.slice(1)) other.fail(lastMs, failure)',
    to: 'one: other, span } of all.slice(1)) other.put(span, known({}), failure !== null)',
    tests: ['test/prometheus/together.test.ts'],
  },
  {
    rule: 'queries: a service is told the figures of its namesake in another region',
    file: 'src/counting/saturation.ts',
    from: 'labels[serviceLabel] === name && labels[regionLabel] === region',
    to: "labels[serviceLabel] === name && region !== ''",
    tests: ['test/prometheus/together.test.ts'],
  },
  {
    rule: 'queries: what can never match starts a rollout',
    file: 'src/decide/inspection.ts',
    from: "problem.reason !== 'NoTraffic'",
    to: "problem.reason === 'InvalidQuery'",
    tests: scenarios,
  },
  {
    rule: 'queries: what can never match certifies what runs',
    file: 'src/decide/freshness.ts',
    from: 'if (problem) return unknown(',
    to: 'if (problem && nowMs < 0) return unknown(',
    tests: scenarios,
  },
  {
    rule: 'queries: one that nobody could try starts a rollout',
    file: 'src/decide/inspection.ts',
    from: 'isKnown && !isOld ? remembered',
    to: 'isKnown || !isOld ? remembered',
    tests: scenarios,
  },
  {
    rule: 'queries: one that stands upside down starts a rollout',
    file: 'src/prometheus/inspect-ratio.ts',
    from: 'return isFarAbove &&',
    to: 'return share < 0 && isFarAbove &&',
    tests: scenarios,
  },
  {
    rule: 'queries: a success ratio is counted as bad',
    file: 'src/promql/counters/ratio.ts',
    from: "leans.to === 'Bad' ? top",
    to: 'leans ? top',
    tests: kinds,
  },
  {
    rule: 'queries: all buckets are one',
    file: 'src/promql/counters/buckets.ts',
    from: 'if (chosen.length === 0) {',
    to: 'if (chosen.length === 0) return counter;\n  if (chosen.length === 0) {',
    tests: kinds,
  },
];
