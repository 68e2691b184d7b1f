/** What a counter grew by in a window so long that it may begin anew within it. Pure. */
import type { Counter, LabelMatch } from '../promql/counters/model.ts';
import { instanceLabel, type Shows } from './queries.ts';

/** What names an instance is one process' own: where nothing else fell, it began anew. */
const ofInstance: readonly LabelMatch[] = [{ label: instanceLabel, op: '!=', value: '' }];

/**
 * Of the series that have a past, and of those that began anew in the window, by the first that fits:
 * 1. it began anew in the window: Prometheus' own `increase`, which adds up what came before and after. It guesses at the
 *    edges, at most at about what one scrape interval brings, so it is taken for such windows only.
 * 2. it began anew where the window begins: all that it shows now came after, also where that is more than it was.
 * 3. it went on: now minus then. Where that is negative, it is a recorded sum that one of many has left: nothing can be told
 *    from it, least of all that its whole life was counted now.
 *
 * What begins anew falls to nearly nothing, below half of what it was; what falls less only dips. Below half of the most in
 * the window is also a young sum that has grown since, so the most is asked of instances only, and of others what they were
 * before the window: what they count between two fresh starts in one window is lost. A counter that never got beyond what two
 * scrape intervals bring may not be seen to fall, which costs no more than that.
 *
 * Each bucket of a histogram is told by itself, but none by how far it has grown since, so that they cannot fall apart.
 */
export function throughRestarts(part: Counter, { last, before, whole, over }: Shows): string[] {
  const [now, then] = [last(part), before(part)];
  // A part of a native histogram begins anew when all of it does: its own figures are not exact enough to tell.
  const all: Counter = part.upTo == null ? part : { ...part, upTo: null };
  const { name, matchers } = part;
  const least = over('min_over_time', all);
  const most = over('max_over_time', all, ofInstance);
  return [
    `(${whole('increase', part)} and ${over('resets', { name, matchers })} > 0 and ${least} < 0.5 * (${most} or ${before(all)}))`,
    `(${now} and ${least} < 0.5 * ${before(all)})`,
    `clamp_min(${now} - ${then}, 0)`,
  ];
}
