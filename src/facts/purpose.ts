/**
 * What a write is for, and what follows from that: one line a purpose. A status stores the purpose of what is about to be
 * written, under these names; they do not change.
 */
export interface PurposeFacts {
  /** What people read. */
  readonly action: string;
  /** "Would …" */
  readonly verb: string;
  /** A way forward is persisted before it is written; a way back goes to Cloud Run before anything else. */
  readonly order: 'IntentFirst' | 'ChangeFirst';
  /** It makes somebody's trouble smaller and the state counts on it: a later pass makes up for one that failed. */
  readonly owed: boolean;
  /** How people are told of it; a warning is also a page. */
  readonly told: 'Normal' | 'Warning';
}

export const purposes = {
  Pin: { action: 'Pin', verb: 'pin the traffic', order: 'IntentFirst', owed: false, told: 'Normal' },
  Start: { action: 'Start', verb: 'start the rollout', order: 'IntentFirst', owed: false, told: 'Normal' },
  Step: { action: 'Step', verb: 'step up', order: 'IntentFirst', owed: false, told: 'Normal' },
  Retreat: { action: 'Retreat', verb: 'retreat', order: 'IntentFirst', owed: true, told: 'Warning' },
  TakeControl: { action: 'TakeControl', verb: 'take a control', order: 'IntentFirst', owed: true, told: 'Warning' },
  Watch: { action: 'Watch', verb: 'go into the watch', order: 'IntentFirst', owed: false, told: 'Normal' },
  Promote: { action: 'Promote', verb: 'promote', order: 'IntentFirst', owed: false, told: 'Normal' },
  RollBack: { action: 'RollBack', verb: 'roll back', order: 'ChangeFirst', owed: false, told: 'Warning' },
  Withdraw: { action: 'Withdraw', verb: 'withdraw the candidate', order: 'IntentFirst', owed: true, told: 'Warning' },
  GuardControl: { action: 'TakeControl', verb: 'take a control', order: 'IntentFirst', owed: true, told: 'Warning' },
  /** Everything to the last good revision for a while: what is not done is decided anew. */
  Trial: { action: 'Trial', verb: 'try the last good revision', order: 'IntentFirst', owed: false, told: 'Warning' },
  Restore: { action: 'Restore', verb: 'restore', order: 'IntentFirst', owed: true, told: 'Warning' },
  /** A write that was given up for lost took effect late: the traffic is again as it was written after it. */
  PutRight: { action: 'PutRight', verb: 'put the traffic right', order: 'ChangeFirst', owed: false, told: 'Warning' },
  /** More instances than the most there may be now. */
  RaiseMaximum: {
    action: 'RaiseMaximum',
    verb: 'raise the maximum',
    order: 'IntentFirst',
    owed: false,
    told: 'Normal',
  },
  /** Down to what a declared ceiling allows. */
  LowerMaximum: {
    action: 'LowerMaximum',
    verb: 'lower the maximum',
    order: 'IntentFirst',
    owed: false,
    told: 'Warning',
  },
  /** A revision of the same code that runs otherwise; it goes through the same rollout as any. */
  Tune: { action: 'Tune', verb: 'make a tuning revision', order: 'IntentFirst', owed: false, told: 'Normal' },
  /** The template as it was before a tuning revision that came to nothing, so that no later deployment inherits it. */
  PutBack: { action: 'PutBack', verb: 'put the template back', order: 'IntentFirst', owed: false, told: 'Warning' },
  /** The policy is gone: what it had begun is given back. */
  Leave: { action: 'Leave', verb: 'give the traffic back', order: 'ChangeFirst', owed: false, told: 'Normal' },
} as const satisfies Record<string, PurposeFacts>;

export type Purpose = keyof typeof purposes;
export type Purposes = Readonly<Record<Purpose, PurposeFacts>>;

/** Those that tune how a service runs; the others set its traffic. */
export const tuning = ['RaiseMaximum', 'LowerMaximum', 'Tune', 'PutBack'] as const satisfies readonly Purpose[];
export type TuningPurpose = (typeof tuning)[number];
export type TrafficPurpose = Exclude<Purpose, TuningPurpose>;
