/**
 * Why something was decided, held or told: the words that alerts, runbooks, incident documents and scripts key on. One table:
 * whom a look that comes to it tells, how a hold ends that has it, and what the person does who is paged.
 */

/** The revisions that a sentence may name. */
export interface Named {
  readonly candidate?: string | undefined;
  readonly withdrawn?: string | undefined;
}

export interface ReasonFacts {
  /**
   * The event by which people are told when a look comes to it anew and writes nothing; a write is told by its purpose, and
   * louder where this is. null: it is in the status for whoever looks.
   */
  readonly told: 'Normal' | 'Warning' | null;
  /** "nothing moves …": how a hold ends that has this reason. */
  readonly ends?: (named: Named) => string;
  /** The first line of the runbook: what to do, or that there is nothing to do. */
  readonly runbook: string;
}

const oneRevision = 'Give one revision all of the traffic, or leave it: nothing is moved until then.';
const nothing = 'Nothing to do.';

const decides = ({ candidate }: Named): string =>
  `until the evidence is in, or a person decides: steadyrun.dev/promote or abort: ${candidate}`;
const isRetried = ({ withdrawn }: Named): string =>
  `until a newer revision comes, or steadyrun.dev/retry: ${withdrawn}`;

const rolledBack =
  'The traffic is back on the last good revision. Read why with `steadyrun why`, mend it, deploy anew.';

export const reasons = {
  // The service and its traffic.
  ServiceNotFound: {
    told: 'Warning',
    ends: () => 'until the service exists',
    runbook: 'Create the service, or correct spec.service.',
  },
  NoReadyRevision: { told: null, runbook: 'Deploy a revision that becomes ready.' },
  NotAdoptable: {
    told: 'Warning',
    ends: () => 'until one revision has all of the traffic',
    runbook: oneRevision,
  },
  Adopted: { told: 'Normal', runbook: nothing },
  PinnedAgain: { told: 'Normal', runbook: 'Let pipelines deploy with --no-traffic: LATEST was set again.' },
  LateWrite: {
    told: 'Warning',
    runbook: 'Nothing to do: a write that was given up for lost took effect late, and was put right.',
  },
  RejectedOnLatest: {
    told: 'Warning',
    runbook: 'Take the traffic out of the tool that set LATEST: it sent everybody to a revision that was rolled back.',
  },
  FollowsLatest: {
    told: 'Warning',
    runbook: 'Use mode Enforce, or pin the traffic: it cannot be guarded before it serves.',
  },
  ExternallyManaged: {
    told: 'Warning',
    runbook: 'Another tool sets LATEST: take the traffic out of it, then delete and apply the policy.',
  },
  SplitByHand: {
    told: 'Warning',
    ends: () => 'until one revision has all of the traffic',
    runbook: oneRevision,
  },
  StableChanged: { told: 'Normal', runbook: nothing },
  PromotedByHand: { told: 'Normal', runbook: nothing },
  RolledBack: { told: 'Normal', runbook: rolledBack },
  ReturnedToStable: { told: null, runbook: nothing },
  ReturnedToLastGood: { told: null, runbook: nothing },
  LeftBehindByHand: { told: null, runbook: nothing },
  StableDeleted: {
    told: 'Warning',
    ends: () => 'until a person gives one revision all of the traffic',
    runbook: 'There is nothing to go back to: give the revision that is good all of the traffic.',
  },
  LastGoodDeleted: {
    told: 'Warning',
    ends: () => 'until it stops burning, or a person gives another revision all of the traffic',
    runbook: 'There is nothing to go back to: give a revision that is good all of the traffic, or deploy one.',
  },
  // What people asked for.
  Paused: {
    told: 'Warning',
    ends: () => 'until steadyrun.dev/paused is removed',
    runbook: 'Remove the annotation steadyrun.dev/paused when the reason in it is over.',
  },
  Aborted: { told: null, runbook: nothing },
  PromotedByRequest: { told: null, runbook: nothing },
  RetryGranted: { told: 'Normal', runbook: nothing },
  NothingToObey: {
    told: 'Warning',
    runbook: 'Read the message: the annotation named a revision that it cannot be done to.',
  },
  UnknownAnnotation: {
    told: 'Warning',
    runbook: 'Correct the annotation that the message names, or remove it: nothing came of it.',
  },
  // Quiet.
  Steady: { told: null, runbook: nothing },
  Settling: {
    told: null,
    ends: () => 'until Cloud Run has finished with the last change',
    runbook: 'Look at the service in Cloud Run: it is still at work on the last change.',
  },
  RevisionNotReady: {
    told: 'Warning',
    runbook: 'Look at the revision in Cloud Run: it did not start and gets no traffic.',
  },
  // The metrics.
  AwaitingMetrics: { told: null, runbook: nothing },
  MetricsOutage: {
    told: 'Warning',
    ends: () => 'until the metrics can be read again',
    runbook:
      'Bring the metrics back; nothing is judged without them. To decide yourself: steadyrun.dev/promote or abort.',
  },
  MetricsIncomplete: {
    told: 'Warning',
    ends: () => 'until every objective can be read',
    runbook: 'Look at the condition DataAvailable: one objective cannot be read.',
  },
  NoTraffic: {
    told: 'Warning',
    ends: () => 'until there is traffic',
    runbook: 'Send traffic, or decide: steadyrun.dev/promote or abort.',
  },
  InvalidQuery: { told: 'Warning', runbook: 'Correct the query: `steadyrun check` and `steadyrun rewrite` say where.' },
  NoSeries: { told: 'Warning', runbook: 'Look whether the app exports what the query asks for.' },
  NoRevisionLabel: {
    told: 'Warning',
    runbook: 'Let the app name its revision in its metrics, or set metrics.revisionLabel.',
  },
  NoBoundary: { told: 'Warning', runbook: 'Give the histogram a boundary near the threshold.' },
  NeverMatches: {
    told: 'Warning',
    runbook: 'Correct the matcher that the message names: it can never match what it means.',
  },
  UnitUnclear: { told: 'Warning', runbook: 'Write latency.unit: Seconds or Milliseconds.' },
  DirectionUnclear: { told: 'Warning', runbook: 'Write ratio: {bad, total} or ratio: {good, total}.' },
  UpsideDown: { told: 'Warning', runbook: 'Write ratio: {good, total}, or {bad, total} if it is really so bad.' },
  Untried: { told: 'Warning', runbook: 'Bring the metrics back: a query that was never tried starts no rollout.' },
  TurnedRound: { told: null, runbook: nothing },
  // A rollout.
  NewRevision: { told: null, runbook: nothing },
  TrafficBegan: { told: null, runbook: nothing },
  Superseded: { told: null, runbook: nothing },
  Observing: { told: null, runbook: nothing },
  Healthy: { told: null, runbook: nothing },
  FixForward: { told: null, runbook: nothing },
  Watching: { told: null, runbook: nothing },
  Certified: { told: null, runbook: nothing },
  WatchPassed: { told: null, runbook: nothing },
  Suspicion: {
    told: null,
    runbook: 'Nothing to do yet: fewer users meet the candidate until the question is settled.',
  },
  Retreated: { told: null, runbook: nothing },
  ControlNeeded: { told: null, runbook: nothing },
  Doubtful: {
    told: null,
    ends: () => 'forward while this is open',
    runbook: 'Look at the candidate, and decide: steadyrun.dev/promote or abort.',
  },
  SharedOutage: {
    told: null,
    ends: () => 'forward until the stable revision is well again',
    runbook: 'Both revisions fail: look for the cause outside of them.',
  },
  ManualScaling: {
    told: 'Warning',
    ends: () => 'until scaling is automatic, or to 2 instances or more',
    runbook: 'Scale to 2 instances or more, or automatically: two revisions need an instance each.',
  },
  Inconclusive: {
    told: 'Warning',
    ends: decides,
    runbook: 'The traffic proved too little: look at the bound, and decide.',
  },
  InsufficientSamples: {
    told: 'Warning',
    ends: decides,
    runbook: 'Too few requests to go on with: decide, or send traffic.',
  },
  CandidateDeleted: { told: null, runbook: nothing },
  CandidateNotReady: {
    told: 'Warning',
    ends: isRetried,
    runbook: 'Look at the revision in Cloud Run; retry it when it is ready.',
  },
  CandidateSilent: {
    told: 'Warning',
    ends: isRetried,
    runbook: 'The candidate shows no requests: look whether it crashes.',
  },
  CandidateSaturated: {
    told: 'Warning',
    ends: decides,
    runbook:
      'The candidate needs more of what the message names than the revision beside it: mend it, or give it more.',
  },
  OutOfMemory: {
    told: 'Warning',
    ends: isRetried,
    runbook: 'The candidate dies for want of memory: give it a higher limit, or find the leak.',
  },
  TuningOff: {
    told: 'Normal',
    runbook: 'Nothing to do, or set the template back yourself: the policy asks for no tuning revisions any more.',
  },
  NoImprovement: { told: null, runbook: 'Nothing to do: the service runs as it did before it was tuned.' },
  EffectUnknown: {
    told: 'Warning',
    ends: isRetried,
    runbook: 'Bring the metrics of saturation back: what is tuned is kept for what it is seen to do.',
  },
  /** Told beside the write that follows from it. */
  ImageMoved: {
    told: null,
    runbook: 'Nothing to do: the image tag points to other code by now, which a deployment brings, not tuning.',
  },
  ErrorRateRegression: { told: null, runbook: rolledBack },
  LatencyRegression: { told: null, runbook: rolledBack },
  EventRateRegression: { told: null, runbook: rolledBack },
  TotalFailure: { told: null, runbook: rolledBack },
  SecondStrike: { told: null, runbook: rolledBack },
  CameBack: { told: null, runbook: rolledBack },
  // The error budget.
  Frozen: {
    told: 'Warning',
    ends: () => 'but a fix, until the error budget has come back, or steadyrun.dev/freeze-exempt on the revision',
    runbook:
      'The error budget is spent: make the service reliable first. What cannot wait: steadyrun.dev/freeze-exempt.',
  },
  PostmortemRequired: {
    told: 'Warning',
    ends: () => 'but a fix, until steadyrun.dev/postmortem gives the address of a postmortem',
    runbook: 'Write the postmortem, and give its address to the policy: steadyrun.dev/postmortem.',
  },
  BudgetLow: { told: null, runbook: 'Nothing to do: rollouts go slowly until the error budget has come back.' },
  BudgetSpent: {
    told: null,
    runbook: 'Look what spent the error budget: `steadyrun status` has how fast it goes. Only fixes are rolled out.',
  },
  PostmortemOwed: {
    told: null,
    runbook: 'Write the postmortem, and give its address to the policy: steadyrun.dev/postmortem.',
  },
  PostmortemGiven: { told: null, runbook: nothing },
  BudgetRecovered: { told: null, runbook: nothing },
  RetentionTooShort: {
    told: null,
    runbook: 'Keep the metrics as long as spec.window, or shorten it: what is not kept is not counted.',
  },
  BudgetUnread: { told: null, runbook: 'Read the message: what is left of the error budget cannot be counted.' },
  BudgetLeft: { told: null, runbook: nothing },
  // After promotion.
  Guarding: { told: null, runbook: nothing },
  GuardOver: { told: null, runbook: nothing },
  Burning: { told: 'Warning', runbook: 'Roll back to the last good revision by hand if it does not stop.' },
  BurningAfterPromotion: {
    told: null,
    runbook: 'Nothing to do yet: a control tells whether the revision is to blame.',
  },
  BurnsWithAll: {
    told: null,
    runbook:
      'Nothing to do yet: the last good revision shows for a while whether the fault goes with the promoted one.',
  },
  CameBackWithAll: {
    told: null,
    runbook: 'The fault shows only with all of the traffic: look what the revision runs out of then.',
  },
  TrialOver: {
    told: null,
    runbook: 'Nothing to do yet: whether the fault comes back with the revision is to be seen.',
  },
  WorseThanLastGood: { told: null, runbook: rolledBack },
  NotToBlame: { told: null, runbook: 'The revision is not to blame: look for a shared cause.' },
  LastGoodSilent: { told: null, runbook: 'The last good revision shows no requests: look at both.' },
  // Tuning.
  AtMaximum: { told: null, runbook: nothing },
  NearMaximum: { told: null, runbook: nothing },
  IncidentHeadroom: { told: null, runbook: nothing },
  AboveCeiling: { told: null, runbook: 'Nothing to do: fewer instances than the declared ceiling bears.' },
  Saturated: { told: null, runbook: 'Nothing to do: a revision that runs otherwise is tried, like any.' },
  TuningUndone: { told: null, runbook: nothing },
  TuningRecommended: { told: null, runbook: 'Read the message: `steadyrun why` has all levers.' },
  ConnectionCeiling: {
    told: null,
    runbook: 'Give the database more connections, or each instance fewer; then correct tuning.connections.',
  },
  PolicyMaximum: { told: null, runbook: 'Raise tuning.maxInstances.max if more instances are welcome.' },
  Quota: { told: null, runbook: "Ask for a higher quota of instances in the service's project and region." },
  RevisionMaximum: {
    told: null,
    runbook: "Set the maximum of the service instead of the revision's, or use tuning.mode Auto.",
  },
  TargetsNotSettable: { told: null, runbook: 'Nothing to do: what can be set without scaling targets is set.' },
  TuningExternallyManaged: {
    told: 'Warning',
    runbook: 'Another tool sets back what is tuned: take it out of that tool, or write tuning.mode: Recommend.',
  },
  // The rules that are kept in the cluster.
  Applied: { told: null, runbook: nothing },
  NoRules: { told: 'Warning', runbook: 'Give the policy an objective, or remove spec.generate.rules.' },
  RuleKindUnknown: {
    told: 'Warning',
    runbook: 'Install what the message names, or choose the other kind in spec.generate.rules.',
  },
  RulesNotGranted: { told: 'Warning', runbook: 'Add deploy/components/generated-rules to the deployment.' },
  RulesNameTaken: { told: 'Warning', runbook: 'Rename the object that the message names: it is not of this policy.' },
  RulesSetByOthers: {
    told: 'Warning',
    runbook: 'Somebody has edited the rules: delete the object, and it is made anew, or keep it under another name.',
  },
  RulesRefused: { told: 'Warning', runbook: 'Read what Kubernetes refused: rules of the last edit are not in force.' },
  RulesNotWritten: { told: null, runbook: 'Nothing to do unless it lasts: Kubernetes does not answer.' },
  // What came in the way.
  HeldTooLong: { told: 'Warning', runbook: 'A hold has lasted as long as a bake may: look at its reason.' },
  NotCarriedOut: { told: 'Warning', runbook: 'Read what Cloud Run refused; it is judged anew at the next look.' },
  /** Told by each edit, and not by each look. */
  InvalidSpec: {
    told: null,
    ends: () => 'until the spec is valid',
    runbook: 'Correct the spec: `steadyrun check` says where.',
  },
  Conflict: { told: 'Warning', runbook: 'Two policies guard one service: delete one.' },
  NewerOperator: { told: 'Warning', runbook: 'Run the newer operator: it wrote what this one does not understand.' },
  MemoryLost: { told: 'Warning', runbook: 'Read the condition MemoryIntact: what is forgotten is learnt again.' },
  Refused: { told: null, runbook: 'Grant what the message names.' },
  ChangedMeanwhile: { told: null, runbook: nothing },
  ChangedBeside: {
    told: 'Normal',
    runbook: 'If a change that you made in that moment is gone, make it again: it is respected.',
  },
  OutcomeUnknown: { told: 'Warning', runbook: 'Nothing to do: the next look says whether it was done.' },
  Unavailable: { told: null, runbook: 'Nothing to do unless it lasts: a dependency does not answer.' },
  InternalError: { told: null, runbook: 'Report it: this is a defect of the operator.' },
  PolicyDeleted: { told: null, runbook: nothing },
  // Conditions that say how things are.
  Pending: { told: null, runbook: nothing },
  Pinned: { told: null, runbook: nothing },
  SamplesPresent: { told: null, runbook: nothing },
  SeriesPresent: { told: null, runbook: nothing },
  WithinTarget: { told: null, runbook: nothing },
  NothingInTheWay: { told: null, runbook: nothing },
  LogsNotReadable: { told: null, runbook: 'Grant the operator roles/logging.viewer in the project of the service.' },
  BoundaryMissing: { told: null, runbook: 'Give the histogram the boundaries that the message lists.' },
} as const satisfies Record<string, ReasonFacts>;

export type Reason = keyof typeof reasons;

const facts: Readonly<Record<string, ReasonFacts | undefined>> = reasons;

/** A stored word may be another version's: then nothing is known of it. */
export const reasonFacts = (reason: string): ReasonFacts | undefined =>
  Object.hasOwn(facts, reason) ? facts[reason] : undefined;
