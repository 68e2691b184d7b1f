/** What is kept in the cluster for policies, as parts of the operator: what is left of those that are gone is looked for. */
import type { Logger } from 'pino';
import { Keeper } from '../../keep/keeper.ts';
import { type SweepOptions, sweep } from '../../keep/sweep.ts';
import type { PolicyKey } from '../../policy/policy.ts';
import type { Clock } from '../../ports/clock.ts';
import { KindUnknown, NotGranted } from '../../ports/rule-objects.ts';
import type { Part } from './engine.ts';

const sweepEveryMs = 60 * 60_000;

export interface KeptOptions extends Pick<SweepOptions, 'policyNow' | 'namespace' | 'fence'> {
  readonly objects: SweepOptions['objects'] & ConstructorParameters<typeof Keeper>[0]['objects'];
  readonly clock: Clock;
  readonly onNews: (key: PolicyKey) => void;
  readonly log: Logger;
}

export class KeptRules implements Part {
  readonly name = 'kept rules';
  readonly runs = 'WhileLeading';
  readonly keeper: Keeper;
  readonly #options: KeptOptions;
  #stop = new AbortController();

  constructor(options: KeptOptions) {
    const { objects, clock, fence, onNews, log } = options;
    this.#options = options;
    const onTrouble = (problem: string): void => log.warn({ problem }, 'rules of a deleted policy are left behind');
    this.keeper = new Keeper({ objects, clock, fence, onNews, onTrouble });
  }

  async start(): Promise<void> {
    this.#stop = new AbortController();
    void this.#sweepUntil(this.#stop.signal);
  }

  async close(): Promise<void> {
    this.#stop.abort();
  }

  async #sweepUntil(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const onRemoved: SweepOptions['onRemoved'] = ({ kind, name }, key) => {
      log.info({ kind, name }, 'rules that no policy asks for any more are deleted');
      // One may have come meanwhile, and found them to be as it wants them.
      this.keeper.lost(key);
    };
    // Nothing hangs on it but what is left behind, and the next hour is another try. Nobody may have asked for any rules:
    // whoever has, is told by the policy.
    const onTrouble = (error: unknown): void => {
      const isNobodys = signal.aborted || error instanceof KindUnknown || error instanceof NotGranted;
      const problem = error instanceof Error ? error.message : String(error);
      log[isNobodys ? 'debug' : 'info']({ problem }, 'it is not known whether rules were left behind');
    };
    while (!signal.aborted) {
      await sweep({ ...this.#options, onRemoved, onTrouble });
      await clock.sleep(sweepEveryMs, signal).catch(() => undefined);
    }
  }
}
