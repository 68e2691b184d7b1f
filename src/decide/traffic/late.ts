/**
 * A write that was given up for lost may still arrive, after what was written later. It is known again for some minutes, and
 * put right; a smaller share of a running rollout is a share like another.
 */
import { percentOf, type Split, same, soleRevision, splitText } from '../../facts/split.ts';
import { iso, ms } from '../../facts/time.ts';
import { without } from '../../status/edit.ts';
import type { Status } from '../../status/status.ts';
import { cadence } from '../cadence.ts';
import type { Case } from '../case.ts';
import { type TrafficOutcome, toSplit } from './outcome.ts';
import { withShare } from './rollout/state.ts';

/** What has not shown by then never will. */
const lateMs = 10 * 60_000;
const mostLate = 8;

/** The state with what is intended and cannot be seen, and without what is too late by now. */
export function outstanding(known: Status, nowMs: number): Status {
  const { late = [], intent } = known;
  const kept = late.filter(({ until }) => ms(until) > nowMs);
  const split = intent?.change.kind === 'Traffic' && !intent.unsent ? intent.change.split : null;
  const isNew = split !== null && !kept.some((one) => same(one.split, split));
  const all = isNew ? [{ split: [...split], until: iso(ms(intent!.at) + lateMs) }, ...kept].slice(0, mostLate) : kept;
  if (all.length === 0) return without(known, 'late');
  return all.length === late.length && !isNew ? known : { ...known, late: all };
}

/** What to do about a write of ours that has taken effect after all; null: it is none. */
export function arrivedLate({ policy, known, nowMs }: Case, split: Split): TrafficOutcome | Status | null {
  const { late, split: ours, rollout } = known;
  if (policy.mode === 'Observe' || !ours || !late?.some((one) => same(one.split, split))) return null;
  const sole = soleRevision(ours);
  if (sole === null && rollout && percentOf(split, rollout.candidate) <= percentOf(ours, rollout.candidate)) {
    return { ...known, split: [...split], rollout: withShare(rollout, split, iso(nowMs)) };
  }
  const message = `${splitText(split)} was written here earlier, and took effect only after ${splitText(ours)} had been written, which is written again.`;
  const write = toSplit('PutRight', ours, ours[0]!.revision);
  return { state: known, reason: 'LateWrite', message, write, lookInMs: cadence.settlingMs };
}
