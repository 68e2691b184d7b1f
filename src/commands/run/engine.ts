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
  /** Settles when the part comes to its end without being closed; then everything ends, with what it rejects with. */
  ended?(): Promise<void>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /** null: this process leads from the beginning to the end. */
  readonly election: Pick<LeaderElection, 'run'> | null;
  readonly stop: AbortSignal;
  /** A part could not be closed. */
  readonly onTrouble: (part: string, error: unknown) => void;
}

/** Runs until it is stopped, or until a part ends by itself. */
export async function run(parts: readonly Part[], { election, stop, onTrouble }: EngineOptions): Promise<void> {
  const over = new AbortController();
  const end = AbortSignal.any([stop, over.signal]);
  const failures: unknown[] = [];
  const always = parts.filter(({ runs }) => runs === 'Always');
  const leading = parts.filter(({ runs }) => runs === 'WhileLeading');
  const lead = (signal: AbortSignal) => during(leading, signal, () => aborted(signal));
  try {
    await during(always, end, () => (election ? election.run(lead, end) : lead(end)));
  } catch (error) {
    // What is cut short because it is to end has not failed.
    if (!stop.aborted || error !== stop.reason) throw error;
  }
  if (failures.length > 0) throw failures[0];

  /** With the parts up: whatever comes of it, those that were started are closed. */
  async function during(some: readonly Part[], signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const started: Part[] = [];
    let isClosing = false;
    const ends = (error?: unknown): void => {
      if (isClosing) return;
      if (error !== undefined) failures.push(error);
      over.abort(new Error('a part has ended'));
    };
    try {
      for (const part of some) {
        if (signal.aborted) return;
        started.unshift(part);
        await part.start();
        part.ended?.().then(() => ends(), ends);
      }
      await work();
    } finally {
      isClosing = true;
      for (const part of started) await part.close().catch((error: unknown) => onTrouble(part.name, error));
    }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
