/** The promoted revision and the last good one share the traffic, and are compared. */

import type { GuardState } from '../../../status/guard.ts';
import { fairPercent } from '../../capacity.ts';
import type { Assessment } from '../../evidence/assess.ts';
import { evidenceOf } from '../../evidence/assess.ts';
import { isSecondStrike, withStrike } from '../../evidence/passing.ts';
import { isAgain, withFires } from './fires.ts';
import { evidenceSaid, type Guarded, type Look, moved, rolledBack } from './move.ts';
import { comesBack, withTicks } from './recurring.ts';
import { settled } from './settled.ts';

export function beside(before: GuardState, look: Look): Guarded {
  const { policy, gating, tickMs } = look;
  const known = withFires(before, gating, tickMs);
  const guard = withTicks(known, gating, policy, tickMs);
  const convicted = gating.find((assessment) => assessment.convicts || comesBack(guard, assessment, policy));
  if (convicted) return rolledBack(guard, 'WorseThanLastGood', evidenceSaid(guard, convicted));
  const striking = gating.find(({ strikes }) => strikes);
  if (striking) return struck(guard, striking, isAgain(before, evidenceOf(guard, striking), tickMs), look);

  const given = settled(guard, look);
  if (given !== null) return given;
  const message = `${guard.revision} and ${guard.control} share the traffic until the question is settled.`;
  return moved(guard, 'None', 'Settling', message);
}

/** One tick is no conviction, since an outage of both reaches the arms seconds apart. The first makes the share small. */
function struck(
  guard: GuardState,
  striking: Assessment,
  isAnother: boolean,
  { tickMs, percent, limit }: Look,
): Guarded {
  const entry = evidenceOf(guard, striking);
  const said = evidenceSaid(guard, striking);
  // What lasts is convicted by its odds, and is one strike.
  if (isAnother && isSecondStrike(entry, tickMs)) return rolledBack(guard, 'SecondStrike', said);
  const recorded = { ...guard, evidence: withStrike(guard.evidence, entry) };
  const small = fairPercent(limit, smallPercent(striking));
  const first = `A first burst of failures: ${said}.`;
  if (small >= percent) return moved(recorded, 'None', 'Guarding', first);
  const message = `${first} ${guard.revision} keeps ${small} % of the traffic until the question is settled.`;
  return moved(recorded, 'TakeControl', 'BurningAfterPromotion', message, small);
}

/** So many requests in a tick are enough to tell a total failure from health. */
const fewestRequests = 8;

function smallPercent({ tick }: Assessment): number {
  const requests = tick ? tick.candidate.total + tick.control.total : 0;
  return Math.min(50, Math.max(5, Math.ceil((100 * fewestRequests) / Math.max(1, requests))));
}
