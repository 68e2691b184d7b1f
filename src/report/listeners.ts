/** Who is told of every pass: the log, and people by Kubernetes events. */
import type { Logger } from 'pino';
import { type ChangeKinds, changeKinds, kindOf } from '../facts/change.ts';
import type { Listener } from '../loop/pass.ts';
import { keyText } from '../policy/policy.ts';
import type { Policies } from '../ports/policies.ts';

/** One line a pass: what was done, or what was not and why; a look that found nothing new is for debugging. */
export const logging =
  (log: Logger, kinds: ChangeKinds = changeKinds): Listener =>
  ({ policy, said, carried, failure, events }) => {
    if (!said) return;
    const { action, reason, message } = said;
    const change = said.write?.change;
    const written = change && kindOf(kinds, change).text(change);
    const line = { policy: keyText(policy.key), action, reason, ...(written !== undefined && { write: written }) };
    const undone = said.write !== null && (carried === null || carried.kind === 'NotDone');
    if (failure && undone) {
      log.warn({ ...line, result: failure.reason, problem: failure.message }, message);
    } else log[said.write || events.length > 0 ? 'info' : 'debug'](line, message);
  };

/** Nobody waits for an event: it is told best effort, and late rather than never. */
export const telling =
  (policies: Pick<Policies, 'event'>): Listener =>
  ({ policy, events }) => {
    void (async () => {
      for (const event of events) await policies.event(policy.key, event);
    })();
  };
