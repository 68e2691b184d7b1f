/**
 * The operator's parts, started in their order and closed in the opposite one. Some run always; some only while this process
 * leads, and anew each time that it does.
 */
import type { LeaderElection } from '../../kubernetes/leader/lease.ts';

export interface Part {
  readonly name: string;
  readonly runs: 'Always' | 'WhileLeading';
  /** Resolves when the part is up; rejects in a sentence when it cannot be. */
  start(): Promise<void>;
  /** Settles when the part comes to its end by itself; then everything does. */
  ended?(): Promise<void>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

/** Runs until `stop`. Without an election this process leads from the beginning to the end. */
export async function run(
  parts: readonly Part[],
  election: Pick<LeaderElection, 'run'> | null,
  stop: AbortSignal,
): Promise<void> {
  const always = parts.filter(({ runs }) => runs === 'Always');
  const leading = parts.filter(({ runs }) => runs === 'WhileLeading');
  const lead = (signal: AbortSignal) =>
    during(leading, () => Promise.race([aborted(signal), ...leading.flatMap((part) => part.ended?.() ?? [])]));
  await during(always, () => (election ? election.run(lead, stop) : lead(stop)));
}

/** With the parts up: whatever comes of it, those that were started are closed. */
async function during(parts: readonly Part[], work: () => Promise<void>): Promise<void> {
  const started: Part[] = [];
  try {
    for (const part of parts) {
      started.unshift(part);
      await part.start();
    }
    await work();
  } finally {
    for (const part of started) await part.close().catch(() => undefined);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
