/** What only the logs tell. An answer that cannot be had is Unknown, not a throw. */
import type { Answer } from '../facts/answer.ts';
import type { OutOfMemory } from '../facts/saturation.ts';
import type { ServiceRef } from '../facts/service.ts';

export interface Logs {
  /** Instances killed for want of memory in [fromMs, toMs), by revision; a revision without any is missing. */
  outOfMemory(ref: ServiceRef, fromMs: number, toMs: number): Promise<Answer<OutOfMemory>>;
}
