/** What people see of how full the instances are, and of what is or would be changed about it. */
import { z } from 'zod';
import { count, instant, int32, percent, sentence, shown, word } from './fields.ts';

/** Of the instance at the 95th percentile; `sustained`: it has been over the limit for at least 5 minutes. */
const fullness = shown({ percent, sustained: z.boolean() });

/** A resource of which nothing is known is missing. */
export const saturation = shown({
  at: instant,
  cpu: fullness.optional(),
  memory: fullness.optional(),
  concurrency: fullness.optional(),
  minutesOver24h: int32,
  /** The fullest, for a column: "mem 87 %". */
  worst: word.optional(),
}).meta({
  description: 'How full the instances are, percent of what they may use, and for how long that was too much.',
});

const lever = shown({
  /** maxInstances, minInstances, concurrency, cpuTarget, concurrencyTarget, cpu or memory. */
  lever: word,
  /** As it is; missing where nothing is set. CPU counts CPUs, memory MiB, a target percent. */
  current: count.optional(),
  /** As it should be; missing where nothing is to be changed. */
  target: count.optional(),
  reason: word,
  message: sentence,
  evidence: sentence.optional(),
  predicted: sentence.optional(),
  /** What keeps it from being done, a word each. */
  blockedBy: z.array(word).max(12),
});

export const tuning = shown({ mode: word, levers: z.array(lever).max(12) }).meta({
  description: 'What is tuned, or would be, a lever a row.',
});

export type Saturation = z.infer<typeof saturation>;
export type Tuning = z.infer<typeof tuning>;
export type Lever = Tuning['levers'][number];
