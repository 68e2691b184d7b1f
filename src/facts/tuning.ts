/** What can be tuned, and what keeps it from being done: the words of a status, and what people read for them. */

/** In the order in which they are shown. */
export const levers = {
  maxInstances: { text: 'maximum of instances', unit: '' },
  minInstances: { text: 'minimum of instances', unit: '' },
  concurrency: { text: 'concurrency', unit: '' },
  cpuTarget: { text: 'CPU target', unit: ' %' },
  concurrencyTarget: { text: 'concurrency target', unit: ' %' },
  cpu: { text: 'CPU limit', unit: ' CPU' },
  memory: { text: 'memory limit', unit: ' MiB' },
} as const satisfies Record<string, { readonly text: string; readonly unit: string }>;

export type LeverName = keyof typeof levers;

export interface BlockFacts {
  /** "waits for …", "kept by …": the end of a sentence. */
  readonly text: string;
  /**
   * What it is to a person. A ceiling is declared or Google's; in the way is what somebody can take out of it; another hand
   * sets the lever too; anything else passes by itself.
   */
  readonly is: 'Ceiling' | 'InTheWay' | 'AnotherHand' | 'Passing';
}

export const blocks = {
  ConnectionCeiling: { text: 'what all instances connect to bears no more', is: 'Ceiling' },
  PolicyMaximum: { text: 'the policy allows no more', is: 'Ceiling' },
  Quota: { text: 'the quota of Cloud Run allows no more', is: 'Ceiling' },
  RevisionMaximum: { text: "the revision's own maximum is what binds", is: 'InTheWay' },
  TargetsNotSettable: { text: 'the scaling targets cannot be set here', is: 'InTheWay' },
  ImageMoved: { text: 'the image tag points to other code by now', is: 'InTheWay' },
  CutInVain: { text: 'memory is short again after two cuts, which looks like a leak', is: 'InTheWay' },
  ManualScaling: { text: 'the service is scaled by hand', is: 'InTheWay' },
  FollowsLatest: { text: 'LATEST would give a new revision all of the traffic', is: 'InTheWay' },
  ExternallyManaged: { text: 'another tool sets it back', is: 'AnotherHand' },
  AtBound: { text: 'it is as low as it may be', is: 'Passing' },
  Mode: { text: 'the mode does not allow it', is: 'Passing' },
  NeverAutomatic: { text: 'a person has to do it', is: 'Passing' },
  NeverRaised: { text: 'a person has to do it', is: 'Passing' },
  Observing: { text: 'the policy only observes', is: 'Passing' },
  Paused: { text: 'the policy is paused', is: 'Passing' },
  InvalidSpec: { text: 'the newest edit of the policy is not valid', is: 'Passing' },
  ScaledByHand: { text: 'somebody has scaled the service, which stands for 24 h', is: 'Passing' },
  RolloutInProgress: { text: 'a rollout is under way', is: 'Passing' },
  Held: { text: 'nothing moves for another reason', is: 'Passing' },
  Incident: { text: 'something else is wrong', is: 'Passing' },
  Budget: { text: 'the error budget is spent', is: 'Passing' },
  AfterRollback: { text: 'the service was rolled back a short while ago', is: 'Passing' },
  Blacklisted: { text: 'it made things worse when it was last tried', is: 'Passing' },
  NewerTemplate: { text: 'there is a newer template that does not serve yet', is: 'Passing' },
  TooManyRevisions: { text: 'there were as many tuning revisions today as there may be', is: 'Passing' },
} as const satisfies Record<string, BlockFacts>;

export type Block = keyof typeof blocks;

const knownLevers: Readonly<Record<string, (typeof levers)[LeverName] | undefined>> = levers;
const knownBlocks: Readonly<Record<string, BlockFacts | undefined>> = blocks;

/** A stored word may be another version's: then nothing is known of it. */
export const leverFacts = (word: string) => (Object.hasOwn(levers, word) ? knownLevers[word] : undefined);
export const blockFacts = (word: string) => (Object.hasOwn(blocks, word) ? knownBlocks[word] : undefined);
