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
  Restore: { action: 'Restore', verb: 'restore', order: 'IntentFirst', owed: true, told: 'Warning' },
  /** A write that was given up for lost took effect late: the traffic is again as it was written after it. */
  PutRight: { action: 'PutRight', verb: 'put the traffic right', order: 'ChangeFirst', owed: false, told: 'Warning' },
  /** The policy is gone: what it had begun is given back. */
  Leave: { action: 'Leave', verb: 'give the traffic back', order: 'ChangeFirst', owed: false, told: 'Normal' },
} as const satisfies Record<string, PurposeFacts>;

export type Purpose = keyof typeof purposes;
export type Purposes = Readonly<Record<Purpose, PurposeFacts>>;
