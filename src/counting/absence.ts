/**
 * A counter that shows nothing: was it not born yet, or can it never be? A series is born with its first event where a
 * matcher narrows a metric that is there, with that label; anything else that shows nothing is missing. Pure.
 */
import { type Counter, type LabelMatch, sameMatch } from '../promql/counters/model.ts';
import { matches } from '../promql/counters/vocabulary.ts';
import { keyOf, partsOf, type RatioShape } from './measured.ts';

/** Labels that say whose series they are: a value that nothing has is a mistake, not a series that is still to come. */
const identity =
  /^(?:job|instance|namespace|exported_\w+|service|service_name|configuration_name|app|app_kubernetes_io_\w+|cluster|env|environment|region|zone|location|project|project_id|pod|container|deployment|workload|monitored_resource|(?:destination|source)_\w+|component|team)$/;

/** The matchers by which a counter is told apart from the others of its query; a bucket's `le` is not among them. */
export function narrowing(counter: Counter, shape: RatioShape): readonly LabelMatch[] {
  const others = partsOf(shape);
  return counter.matchers.filter(
    (one) =>
      one.label !== 'le' &&
      !identity.test(one.label) &&
      !others.every(({ matchers }) => matchers.some((other) => sameMatch(one, other))),
  );
}

/**
 * What has to be there for the counter to be one that was not born yet: the metric by the same bucket and the same matchers,
 * those that narrow it instead asked for the label alone. null: nothing of it could be born later.
 */
export function unbornProbe(counter: Counter, shape: RatioShape): Counter | null {
  const narrow = narrowing(counter, shape);
  return narrow.length === 0 ? null : probeOf(counter, narrow);
}

/** The same, also where nothing narrows it: then it is the counter itself. */
export const probeOf = (counter: Counter, narrow: readonly LabelMatch[]): Counter => ({
  ...counter,
  matchers: [
    ...counter.matchers.filter((one) => !narrow.includes(one)),
    ...[...new Set(narrow.filter(needsLabel).map(({ label }) => label))].map(
      (label): LabelMatch => ({ label, op: '!=', value: '' }),
    ),
  ],
});

/** A matcher that an absent label satisfies as well as not is about its absence. */
const needsLabel = (matcher: LabelMatch): boolean =>
  !matches(matcher, '') || matcher.op === '!=' || matcher.op === '!~';

/**
 * What has to go on for a counter to be relied on: its metric with its labels, where it may not be born yet; else itself. Also
 * where it shows something: `status!~"5.."` holds where there is no status at all.
 */
export const goesOnBy = (counter: Counter, shape: RatioShape): Counter => unbornProbe(counter, shape) ?? counter;

/** The metrics with each label that their matchers leave something out by: where one revision has it, all that are compared do. */
export function excludedBy(counters: readonly Counter[]): readonly Counter[] {
  const all = counters.flatMap(({ name, matchers }) =>
    matchers
      .filter(
        (one) => one.label !== 'le' && (one.op === '!=' || one.op === '!~') && one.value !== '' && matches(one, ''),
      )
      .map(({ label }): Counter => {
        const whose = matchers.filter((one) => one.op === '=' && identity.test(one.label));
        return { name, matchers: [...whose, { label, op: '!=', value: '' }] };
      }),
  );
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}
