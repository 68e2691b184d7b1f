/** What becomes of a request, where no write tells of it, is answered where people look for what came of it: in the status. */
import { iso, ms } from '../facts/time.ts';
import { requestAnnotations } from '../policy/api.ts';
import type { Policy } from '../policy/policy.ts';
import { without } from '../status/edit.ts';
import type { Status } from '../status/status.ts';
import type { Obeyed } from './decision.ts';

type Answer = NonNullable<Status['answer']>;

/** An answer is kept for whoever comes to read it later. */
const keptForMs = 24 * 3_600_000;

interface Looked {
  readonly policy: Policy;
  readonly reason: string;
  /** What a request is told that needs no write. */
  readonly answer: string | null;
  readonly settled: boolean;
  readonly observing: boolean;
  readonly obeyed: readonly Obeyed[];
  readonly nowMs: number;
}

/** The state with what is to be said of what is asked for. */
export function withAnswer(state: Status, looked: Looked): Status {
  const { policy, obeyed, nowMs } = looked;
  const asked = pending(policy);
  const { answer } = state;
  if (asked === null) {
    return answer && nowMs - ms(answer.at) >= keptForMs ? without(state, 'answer') : state;
  }
  const isObeyed = obeyed.some(({ annotation }) => annotation === asked.annotation);
  if (!isObeyed) return answered(state, asked, waitsText(looked), nowMs);
  return looked.answer === null ? without(state, 'answer') : answered(state, asked, looked.answer, nowMs);
}

/** The same for what Cloud Run refused to do. */
export function withRefusal(state: Status, { annotation, value }: Obeyed, message: string, nowMs: number): Status {
  return answered(state, { annotation, revision: value }, message, nowMs);
}

interface Asked {
  readonly annotation: string;
  readonly revision: string;
}

/** What is obeyed first of all that is asked for. */
function pending({ requests }: Policy): Asked | null {
  for (const verb of ['abort', 'promote', 'retry'] as const) {
    const revision = requests[verb];
    if (revision !== null) return { annotation: requestAnnotations[verb], revision };
  }
  return null;
}

function waitsText({ observing, settled, reason }: Looked): string {
  if (observing) return 'It is not obeyed in Observe, which moves no traffic.';
  return settled ? `It waits (${reason}).` : 'It waits (Settling).';
}

function answered(state: Status, { annotation, revision }: Asked, message: string, nowMs: number): Status {
  const { answer: before } = state;
  const answer: Answer = { request: annotation, revision, message, at: iso(nowMs) };
  const isSame = before?.request === annotation && before.revision === revision && before.message === message;
  return isSame ? state : { ...state, answer };
}
