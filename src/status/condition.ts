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

/** What each condition says when all is well; one that is not there says nothing. */
export const well = {
  Ready: 'True',
  Reconciling: 'False',
  Stalled: 'False',
  TrafficPinned: 'True',
  MetricsAvailable: 'True',
  DataAvailable: 'True',
  LatencyBucketAligned: 'True',
  QueriesTurned: 'False',
  MemoryIntact: 'True',
  AnnotationsKnown: 'True',
  SaturationWithinTarget: 'True',
  LogsReadable: 'True',
  TuningReady: 'True',
  CeilingReached: 'False',
  ConnectionCeilingExceeded: 'False',
  TuningExternallyManaged: 'False',
  ReleasesAllowed: 'True',
  BudgetCounted: 'True',
  RulesApplied: 'True',
} as const satisfies Readonly<Record<string, 'True' | 'False'>>;

export type ConditionType = keyof typeof well;
