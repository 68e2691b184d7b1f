/** Who is told of every pass: the log, and people by Kubernetes events. */
import type { Logger } from 'pino';
import { clipped } from '../decide/words.ts';
import { type ChangeKinds, changeKinds, kindOf } from '../facts/change.ts';
import type { PolicyEvent } from '../facts/event.ts';
import type { Failure } from '../loop/failure.ts';
import type { Listener } from '../loop/pass.ts';
import { keyText, type PolicyKey } from '../policy/policy.ts';
import type { Policies } from '../ports/policies.ts';
import type { Status } from '../status/status.ts';

/** One line a pass: what was done, or what was not and why; a look that found nothing new is for debugging. */
export const logging =
  (log: Logger, kinds: ChangeKinds = changeKinds): Listener =>
  ({ policy, before, said, carried, failure, events }) => {
    if (!said) {
      if (failure?.terminal && events.length === 0 && !isInStatus(before, failure))
        log.warn({ policy: keyText(policy.key), reason: failure.reason }, failure.message);
      for (const { type, reason, action, message } of events)
        log[type === 'Warning' ? 'warn' : 'info']({ policy: keyText(policy.key), action, reason }, message);
      return;
    }
    const { action, reason, message } = said;
    const change = said.write?.change;
    const written = change && kindOf(kinds, change).text(change);
    const line = { policy: keyText(policy.key), action, reason, ...(written !== undefined && { write: written }) };
    const undone = said.write !== null && (carried === null || carried.kind === 'NotDone');
    if (failure && undone) {
      log.warn({ ...line, result: failure.reason, problem: failure.message }, message);
    } else log[said.write || events.length > 0 ? 'info' : 'debug'](line, message);
  };

/** What only a person can cure is said when it begins; events come later, since it may be about to be cured. */
const isInStatus = ({ conditions = [] }: Status, { message }: Failure): boolean =>
  conditions.some((one) => one.type === 'Stalled' && one.message === clipped(message));

/** Events for people: no look waits for them. They are told best effort, and late rather than never. */
export class Telling {
  readonly #policies: Pick<Policies, 'event'>;
  readonly #untold = new Set<Promise<void>>();

  constructor(policies: Pick<Policies, 'event'>) {
    this.#policies = policies;
  }

  readonly listener: Listener = ({ policy, events }) => {
    if (events.length === 0) return;
    const told = this.#tell(policy.key, events).finally(() => this.#untold.delete(told));
    this.#untold.add(told);
  };

  /** Resolves when all that was to be told is told, or given up. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#untold);
  }

  async #tell(key: PolicyKey, events: readonly PolicyEvent[]): Promise<void> {
    for (const event of events) await this.#policies.event(key, event);
  }
}
