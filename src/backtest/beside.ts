/** A candidate that served beside a control: what the operator would have decided. */

import { confirmed } from '../decide/confirmed.ts';
import { decide } from '../decide/decide.ts';
import type { Decision } from '../decide/decision.ts';
import { repertoire } from '../decide/repertoire.ts';
import { splitSetBy } from '../facts/change.ts';
import type { Purpose } from '../facts/purpose.ts';
import { all, between, percentOf, type Split } from '../facts/split.ts';
import { iso } from '../facts/time.ts';
import { observe } from '../loop/observe.ts';
import type { RolloutState } from '../status/rollout.ts';
import type { Status } from '../status/status.ts';
import { adopted, logs, lookMs, type ReplayOptions, serviceOf, servicesOf } from './as-recorded.ts';
import { ending, type Line, lineAt, shownEvidence } from './line.ts';
import { percentAt, type Recording } from './recording.ts';

/** An arm without requests for so long, while the other has some and it has none ever after, is gone. */
const goneMs = 5 * 60_000;

export async function* beside(options: ReplayOptions, control: string): AsyncGenerator<Line> {
  const { policy, metrics, recording } = options;
  const { candidate, firstMs, endMs } = recording;
  const splitAt = (atMs: number): Split => between(candidate, percentAt(recording.shares, atMs), control);
  let split: Split = all(control);
  let state = adopted(control, firstMs);
  let told = '';
  let last: Line | null = null;
  for (let nowMs = firstMs; nowMs <= endMs + options.delayMs; ) {
    const recorded = (purpose: Purpose, to: Split, reason: string, rollout?: RolloutState): Status => {
      const at = { policy, service: serviceOf(policy, to, candidate), known: state, nowMs };
      return confirmed(repertoire, at, { purpose, change: { kind: 'Traffic', split: to }, reason, rollout });
    };
    options.onProgress?.(nowMs);
    if (state.rollout) {
      const now = splitAt(nowMs);
      if (percentOf(now, candidate) !== percentOf(split, candidate)) {
        split = now;
        // The recorded split does not follow what is decided here, and is not somebody else's for that: it is confirmed as
        // our own, so that nothing is held for a person's sake.
        state = recorded('Step', split, 'Recorded');
      }
    }
    const service = serviceOf(policy, split, candidate);
    const observation = await observe(
      { services: servicesOf(service, recording), metrics, logs, repertoire },
      policy,
      state,
      nowMs,
    );
    const { decision, state: next } = decide(policy, observation, state, nowMs);
    state = next;
    const line = lineOf(decision, state, recording, nowMs);
    const now = `${line.action} ${line.reason}`;
    if (now !== told) {
      yield line;
      told = now;
    }
    last = line;
    if (isVerdict(decision)) return;
    const gone = goneAt(recording, control, nowMs - options.delayMs);
    if (gone) {
      yield { ...line, action: 'None', percent: line.recordedPercent, ...gone };
      return;
    }
    const { write } = decision;
    if (write?.purpose === 'Start') {
      split = splitAt(nowMs);
      state = recorded('Start', split, decision.reason, write.rollout);
    }
    // The stage is the operator's own, whatever the recorded share is.
    if (write?.purpose === 'Watch') state = recorded('Watch', split, decision.reason);
    nowMs = Math.max(decision.nextCheckMs, nowMs + lookMs);
  }
  if (last) {
    const message = `The recording ends without a verdict. ${last.message}`;
    yield { ...ending(last, endMs + options.delayMs), reason: 'EndOfRecording', message };
  }
}

const isVerdict = ({ action }: Decision): boolean => ['RollBack', 'Withdraw', 'Promote'].includes(action);

/** What stands: a look without news leaves the decision before it. */
function lineOf(decision: Decision, state: Status, { candidate, shares }: Recording, nowMs: number): Line {
  const { action, reason, message } = state.decision ?? decision;
  const recordedPercent = percentAt(shares, nowMs);
  const split = decision.write && splitSetBy(decision.write.change);
  const evidence = (state.rollout ?? decision.write?.rollout)?.evidence ?? [];
  return lineAt(nowMs, {
    action,
    percent: split === null ? recordedPercent : percentOf(split, candidate),
    recordedPercent,
    reason,
    message,
    evidence: shownEvidence(evidence),
  });
}

function goneAt({ candidate, lastMs }: Recording, control: string, nowMs: number) {
  const [gone, other, goneLast, otherLast] =
    lastMs.candidate < lastMs.control
      ? [candidate, control, lastMs.candidate, lastMs.control]
      : [control, candidate, lastMs.control, lastMs.candidate];
  if (nowMs < goneLast + goneMs || otherLast < goneLast + goneMs) return null;
  const reason = gone === control ? 'ControlGone' : 'CandidateGone';
  const message = `${gone} had no requests any more, so there is nothing to compare; what ${other} did after ${iso(goneLast)} is not judged.`;
  return { reason, message };
}
