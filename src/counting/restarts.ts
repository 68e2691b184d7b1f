/** What a counter grew by in a window so long that it may begin anew within it. Pure. */
import type { Counter, LabelMatch } from '../promql/counters/model.ts';
import { countedIn, instanceLabel, type Rules, type Shows, subtracting } from './queries.ts';

/** What names an instance is one process' own. */
const ofInstance: readonly LabelMatch[] = [{ label: instanceLabel, op: '!=', value: '' }];

/**
 * Of the series that have a past, and of those that began anew in the window, by the first that fits:
 * 1. it began anew in the window: Prometheus' own `increase`, which adds up what came before and after. It guesses at the
 *    edges, at about what one scrape interval brings, so it is taken for such windows only.
 * 2. it began anew where the window begins: all that it shows now came after, also where that is more than it was.
 * 3. it went on: now minus then. Where that is negative, it is a recorded sum that one of many has left: nothing can be told
 *    from it, least of all that its whole life was counted now.
 *
 * Each bucket of a histogram is told by itself, but none by how far it has grown since, so that they do not fall apart.
 */
export const throughRestarts: Rules = {
  withPast(part, shows) {
    const { series, length, last, before } = shows;
    const [inside, atBorder] = part.upTo === undefined ? fallen(part, shows) : fallenNative(part, shows);
    return [
      `(${countedIn(part, `increase(${series(part)}[${length}])`)} and ${inside})`,
      `(${last(part)} and (${atBorder}))`,
      `clamp_min(${last(part)} - ${before(part)}, 0)`,
    ];
  },
  /** Of a native histogram there is no first but by evaluating it every few seconds, which a server refuses for a month. */
  sinceFirst(part, shows) {
    if (part.upTo === undefined) return subtracting.sinceFirst(part, shows);
    return countedIn(part, `increase(${shows.series(part)}[${shows.length}])`);
  },
};

/**
 * What begins anew falls to nearly nothing, below half of what it was; what falls less only dips. Below half of the most in the
 * window is also a young sum that has grown since, so the most is asked of instances only, and of others what they were before
 * the window: what they count between two fresh starts in one window is lost. A counter that never got beyond what two scrape
 * intervals bring may not be seen to fall, which costs no more than that.
 */
function fallen(part: Counter, { series, length, before }: Shows): [inside: string, atBorder: string] {
  const least = `min_over_time(${series(part)}[${length}])`;
  const most = `max_over_time(${series(part, ofInstance)}[${length}])`;
  const falls = `resets(${series(part)}[${length}]) > 0`;
  return [`${falls} and ${least} < 0.5 * (${most} or ${before(part)})`, `${least} < 0.5 * ${before(part)}`];
}

/**
 * Of a native histogram there is no least and no most. All of it begins anew together, and Prometheus itself tells by its
 * buckets: of an instance that is believed. Where the window begins, it is the falls of both ranges that are in neither. Of
 * anything else it has to be half of what it was that is left in the end.
 */
function fallenNative(part: Counter, { series, length, lookback, last, before }: Shows): [string, string] {
  const falls = (range: string) => `resets(${series(part, ofInstance)}${range})`;
  const all: Counter = { ...part, upTo: null };
  const between = `${falls(`[${lookback}${length}]`)} - ${falls(`[${lookback}] offset ${length}`)} - ${falls(`[${length}]`)} > 0`;
  return [`${falls(`[${length}]`)} > 0`, `${between} or ${last(all)} < 0.5 * ${before(all)}`];
}
