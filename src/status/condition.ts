/** Conditions, as `kubectl wait` and whatever reads conditions want them. */
import { z } from 'zod';
import { instant, int64, shown } from './fields.ts';

export const condition = shown({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: int64.optional(),
  lastTransitionTime: instant,
  reason: z.string().max(1024),
  message: z.string().max(32768),
});

export type Condition = z.infer<typeof condition>;
