/**
 * What passes: a pause, a burst of failures, the edges of an outage that reaches two revisions, and leaves them, seconds apart.
 * It is worth suspicion and no conviction; what comes back is.
 */
import { ms } from '../../facts/time.ts';
import type { Evidence } from '../../status/evidence.ts';
import { lowered } from './lowered.ts';
import { absoluteAlpha, relativeAlpha, type Terms, tickCap } from './terms.ts';

/** ln of odds that one tick alone is certain by. */
export const certain = Math.log(1e6);

/**
 * What was certain, and passed before it had lasted, leaves the evidence three full ticks short of a conviction; but it takes
 * back no more than it may have brought.
 */
export function withFailure(
  next: Evidence,
  { failingSince, judgedUntil }: Evidence,
  { isOver, isCertain, terms }: { isOver: boolean; isCertain: boolean; terms: Terms },
): Evidence {
  if (!isOver) return isCertain && failingSince === undefined ? { ...next, failingSince: next.judgedUntil } : next;
  if (failingSince === undefined) return next;
  const { failingSince: _, ...rest } = next;
  if (ms(judgedUntil) - ms(failingSince) >= apartMs) return rest;
  const cap = tickCap(terms);
  const ticks = 1 + Math.ceil((ms(judgedUntil) - ms(failingSince)) / terms.tickMs);
  const below =
    (alpha: number) =>
    (ln: number): number =>
      Math.min(ln, Math.max(Math.log(terms.gating / alpha) - 3 * cap, ln - ticks * cap));
  return forgetSuspicion(lowered(rest, below(absoluteAlpha), below(relativeAlpha)));
}

/** A second strike counts only when this much later than the first: one fault seen in two ticks is one strike. */
export const strikeApartMs = 120_000;

/**
 * An outage reaches the arms, and leaves them, up to a minute apart: what fails alone for no longer than this, and a tick, may
 * be the begin or the end of one.
 */
export const apartMs = 75_000;

/** A bad environment is written down; a strike just before it was its beginning, and is none. */
export function withEnvironment(evidence: Evidence, bad: boolean, tickMs: number, at: string): Evidence {
  if (!bad) {
    const { environmentBad: was, ...rest } = evidence;
    return was ? rest : evidence;
  }
  const { lastStrike, ...rest } = evidence;
  const isOlder = lastStrike !== undefined && ms(at) - ms(lastStrike) > apartMs + tickMs;
  return { ...rest, ...(isOlder && { lastStrike }), environmentBad: true, environmentBadAt: at };
}

/** Both were failing a moment ago. */
export const wasJustBad = ({ environmentBadAt, judgedUntil }: Evidence, tickMs: number): boolean =>
  environmentBadAt !== undefined && ms(judgedUntil) - ms(environmentBadAt) <= apartMs + tickMs;

/** Its failure, if there is one, has lasted for too long to be the edge of an outage, or a pause. */
export const isLasting = ({ failingSince, judgedUntil }: Evidence): boolean =>
  failingSince === undefined || ms(judgedUntil) - ms(failingSince) >= apartMs;

/** An earlier tick was certain by itself, and none since was fine. */
export const failedBefore = ({ failingSince, judgedUntil }: Evidence): boolean =>
  failingSince !== undefined && failingSince !== judgedUntil;

/** It has just struck, and had before. */
export const isSecondStrike = ({ lastStrike, judgedUntil }: Evidence, tickMs: number): boolean =>
  lastStrike !== undefined && ms(judgedUntil) - ms(lastStrike) >= strikeApartMs + tickMs;

/** The same evidence, in which this entry remembers that it has just struck. */
export const withStrike = (evidence: readonly Evidence[], entry: Evidence): Evidence[] =>
  evidence.map((other) => (other === entry ? { ...other, lastStrike: other.judgedUntil } : other));

/** Suspicion starts anew; what was proven stays proven. */
export const forgetSuspicion = (evidence: Evidence): Evidence => ({
  ...evidence,
  absoluteMeter: evidence.absoluteMeter.map(() => 0),
  relativeMeter: evidence.relativeMeter.map(() => 0),
});
