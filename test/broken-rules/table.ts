/**
 * The safety rules, each with how it is broken and which tests have to notice. Numbers are those of the rules in the README:
 * what has none is a rule of this house.
 */
import type { Purpose } from '../../src/facts/purpose.ts';

export interface Breakage {
  /** What happens once it is broken. */
  readonly rule: string;
  readonly file: string;
  /** Must stand exactly once in the file. */
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
  /** The purpose of a write that the rule is about. */
  readonly purpose?: Purpose;
}

const trouble = ['test/scenarios/trouble.test.ts'];
const acts = ['test/scenarios/acts.test.ts'];
const safety = ['test/scenarios/safety.test.ts'];
const people = ['test/scenarios/people.test.ts'];
const memory = ['test/scenarios/memory.test.ts'];
const leaving = ['test/scenarios/leaving.test.ts'];
const passes = ['test/loop/passes.test.ts'];
const contract = ['test/services'];

const rules: readonly Breakage[] = [
  {
    rule: '1: no data promotes at the deadline',
    file: 'src/decide/traffic/rollout/forward.ts',
    from: 'if (requests < fewestRequests) {',
    to: 'if (requests < 0) {',
    tests: trouble,
  },
  {
    rule: '1: an outage of the metrics is not noticed',
    file: 'src/decide/traffic/rollout/rolling.ts',
    from: 'if (isFresh(at) && failure === null) return null;',
    to: 'if (Date.now() > 0) return null;',
    tests: trouble,
  },
  {
    rule: '1: an instance that comes back counts its whole life again',
    file: 'src/counting/queries.ts',
    from: '- min_over_time(',
    to: '- 0 * min_over_time(',
    tests: ['test/prometheus/counting.test.ts'],
  },
  {
    rule: '1: silence convicts',
    file: 'src/decide/traffic/rollout/advance.ts',
    from: "move: { action: 'Withdraw', percent: 0, reason: 'CandidateSilent', message }",
    to: "move: { action: 'RollBack', percent: 0, reason: 'CandidateSilent', message }",
    tests: trouble,
  },
  {
    rule: '2: a tick that holds a change of the split is judged by the measured share',
    file: 'src/decide/evidence/ratios.ts',
    from: 'Math.max(shareOf(candidate), shares?.most ?? 0)',
    to: 'shareOf(candidate)',
    tests: ['test/decide/validity.test.ts', 'test/decide/golden.test.ts'],
  },
  {
    rule: '2: the SLO alone convicts, without the comparison',
    file: 'src/decide/evidence/assess.ts',
    from: '&& lnRelative >= Math.log(terms.gating / relativeAlpha)',
    to: '',
    tests: acts,
  },
  {
    rule: '2: after promotion, failing alone is enough',
    file: 'src/decide/traffic/guard/guard.ts',
    from: 'gating.find(({ convicts, totalFailure }) => convicts || totalFailure)',
    to: 'gating.find(({ convicts, totalFailureAlone }) => convicts || totalFailureAlone)',
    tests: trouble,
  },
  {
    rule: "3: another hand's split is overwritten",
    file: 'src/decide/traffic/ownership.ts',
    from: "    return { outcome: hold(known, 'SplitByHand', message) };",
    to: '    return goOn(known, []) ?? message;',
    tests: acts,
  },
  {
    rule: '3: LATEST is pinned for ever',
    file: 'src/decide/traffic/latest.ts',
    from: 'if (adoption && recent.length > 0) {',
    to: 'if (adoption && recent.length > 99) {',
    tests: people,
  },
  {
    rule: '4: a split that does not sum to 100 is sent',
    file: 'src/facts/split.ts',
    from: '{ revision: other, percent: 100 - percent },',
    to: '{ revision: other, percent: 99 - percent },',
    tests: [...acts, ...safety],
  },
  {
    rule: '4: a split that does not sum to 100 is not refused before it is sent',
    file: 'src/cloudrun/traffic.ts',
    from: 'if (sum !== 100) return',
    to: 'if (sum > 1e9) return',
    tests: [...contract, 'test/cloudrun/traffic.test.ts'],
  },
  {
    rule: '4: the mask is wider than the traffic',
    file: 'src/cloudrun/services.ts',
    from: "paths: ['traffic']",
    to: "paths: ['traffic', 'template']",
    tests: ['test/cloudrun'],
  },
  {
    rule: '4: the tags of people are lost',
    file: 'src/cloudrun/services.ts',
    from: 'trafficTargets(change.split, tagsOf(before))',
    to: 'trafficTargets(change.split, tagsOf(before).slice(1))',
    tests: contract,
  },
  {
    rule: '4: a write goes without the lock of the service that was seen',
    file: 'src/cloudrun/services.ts',
    from: '{ service: { name: serviceText(ref), etag, traffic }',
    to: '{ service: { name: serviceText(ref), traffic }',
    tests: contract,
  },
  {
    rule: '4: a glance after a write shows what was before it',
    file: 'src/cloudrun/services.ts',
    from: "this.#listings.learn(ref, 'Changed', this.#clock.nowMs());",
    to: '',
    tests: contract,
  },
  {
    rule: '5: a rollback needs metrics again after it was decided',
    file: 'src/decide/traffic/rollout/rolling.ts',
    from: 'convicted(at, rollout) ??',
    to: '',
    tests: safety,
  },
  {
    rule: '5: the target is not checked',
    file: 'src/decide/traffic/rollout/rolling.ts',
    from: 'if (revisions[rollout.control] === null) {',
    to: 'if (revisions[rollout.control] === undefined) {',
    tests: safety,
  },
  {
    rule: '6: no intent is persisted before a write',
    file: 'src/loop/carry-out.ts',
    from: 'await hands.checkpoint(state);',
    to: '',
    tests: ['test/scenarios/purposes.test.ts'],
  },
  {
    rule: '6: an interval is judged twice after a restart',
    file: 'src/decide/evidence/evidence.ts',
    from: 'judgedUntil: at,',
    to: 'judgedUntil: evidence.judgedUntil,',
    tests: [...acts, ...trouble],
  },
  {
    rule: '6: what was intended and is in the service is taken for another hand',
    file: 'src/decide/decide.ts',
    from: '.isIn(intent.change, at.service)) {',
    to: '.isIn(intent.change, at.service) || Number(1)) {',
    tests: ['test/scenarios/purposes.test.ts'],
  },
  {
    rule: '6: a write is not read back',
    file: 'src/loop/carry-out.ts',
    from: 'if (!after || !kind.isIn(change, after)) {',
    to: 'if (!after) {',
    tests: ['test/scenarios/overtaken.test.ts'],
  },
  {
    rule: '7: the lease is not looked at before a write',
    file: 'src/loop/carry-out.ts',
    from: 'fence.check();',
    to: '',
    tests: safety,
  },
  {
    rule: '8: what Cloud Run does not answer is taken for gone',
    file: 'src/loop/observe.ts',
    from: 'names.map((name) => services.revision(policy.service, name))',
    to: 'names.map((name) => services.revision(policy.service, name).catch(() => null))',
    tests: safety,
  },
  {
    rule: '8: metrics that fail withdraw the candidate although nobody asked for it',
    file: 'src/decide/traffic/rollout/rolling.ts',
    from: "policy.rollout.onMetricsOutage === 'Withdraw' && ",
    to: '',
    tests: trouble,
  },
  {
    rule: 'the judgement looks at a clock',
    file: 'src/decide/decide.ts',
    from: 'import { kindOf } from',
    to: "import '../ports/clock.ts';\nimport { kindOf } from",
    tests: ['test/architecture.test.ts'],
  },
  {
    rule: 'a word that only a newer operator knows is ignored',
    file: 'src/loop/stalled.ts',
    from: 'if (recalled.newer === null) return null;',
    to: 'if (recalled !== null) return null;',
    tests: memory,
  },
  {
    rule: 'a word that only a newer operator knows is not seen',
    file: 'src/status/read.ts',
    from: "typeof word === 'string' && !words.includes(word) ?",
    to: "typeof word === 'string' && words.length === 0 ?",
    tests: memory,
  },
  {
    rule: 'a damaged section takes the others with it',
    file: 'src/status/read.ts',
    from: 'whoseTraffic.flatMap((section) => broken.get(section) ?? [])[0]',
    to: '[...broken.values()][0]',
    tests: memory,
  },
  {
    rule: 'half of what says whose traffic it is is believed',
    file: 'src/status/read.ts',
    from: '[...read].filter(([section]) => !isWhoseTraffic(section))',
    to: '[...read]',
    tests: memory,
  },
  {
    rule: 'a rollout without a split is believed',
    file: 'src/status/read.ts',
    from: 'if (running === null || (stable && split)) return null;',
    to: 'if (running === null || stable) return null;',
    tests: memory,
  },
  {
    rule: 'what is forgotten is not told',
    file: 'src/loop/reconcile.ts',
    from: 'events: [...lossOf(stored), ...events],',
    to: 'events: [...lossOf(stored).slice(9), ...events],',
    tests: memory,
  },
  {
    rule: 'fields that this version does not know are dropped when they are read',
    file: 'src/status/fields.ts',
    from: 'z.looseObject(shape)',
    to: 'z.object(shape)',
    tests: memory,
  },
  {
    rule: 'sections that this version does not know are dropped when it writes',
    file: 'src/status/write.ts',
    from: 'return { ...Object.fromEntries(unknown), ...stored };',
    to: 'return { ...Object.fromEntries(unknown.slice(99)), ...stored };',
    tests: memory,
  },
  {
    rule: "a newer operator's memory is written over",
    file: 'src/kubernetes/policies/policies.ts',
    from: 'const isNewers = this.#stored(raw).recalled.newer !== null;',
    to: 'const isNewers = this.#stored(raw).recalled.newer === undefined;',
    tests: ['test/kubernetes/policies.test.ts'],
  },
  {
    rule: 'an obeyed annotation is removed although it says something else by now',
    file: 'src/kubernetes/policies/policies.ts',
    from: '.filter(({ annotation, value }) => now[annotation] === value)',
    to: '.filter(({ annotation, value }) => now[annotation] !== undefined && value)',
    tests: ['test/kubernetes/policies.test.ts'],
  },
  {
    rule: 'the status that cannot be written takes the events with it',
    file: 'src/loop/reconcile.ts',
    from: 'for (const listener of listeners) listener(pass);',
    to: 'if (written.ok) for (const listener of listeners) listener(pass);',
    tests: passes,
  },
  {
    rule: 'the log tells of a write that was not done',
    file: 'src/report/listeners.ts',
    from: "(carried === null || carried.kind === 'NotDone')",
    to: 'carried === undefined',
    tests: passes,
  },
  {
    rule: 'people are told of a write that was not done',
    file: 'src/loop/told.ts',
    from: "if (carried.kind === 'NotDone') return [...events, ...notDone(decision, carried.failure)];",
    to: '',
    tests: ['test/scenarios/corners.test.ts'],
  },
  {
    rule: 'two policies steer one service',
    file: 'src/loop/stalled.ts',
    from: 'if (rival) {',
    to: 'if (rival && !stored) {',
    tests: safety,
  },
];

/** What is about one purpose. */
const purposes = ['test/scenarios/purposes.test.ts'];
const purposeFile = 'src/facts/purpose.ts';
const confirmFile = 'src/decide/traffic/confirm.ts';

const byPurpose: readonly (Breakage & { readonly purpose: Purpose })[] = [
  {
    purpose: 'Pin',
    rule: 'a pin is written before it is persisted, and is not known again',
    file: purposeFile,
    from: "verb: 'pin the traffic', order: 'IntentFirst'",
    to: "verb: 'pin the traffic', order: 'ChangeFirst'",
    tests: purposes,
  },
  {
    purpose: 'Pin',
    rule: 'a service that followed LATEST is not remembered as one',
    file: confirmFile,
    from: 'followedLatest: base.adoption?.followedLatest ?? true,',
    to: 'followedLatest: base.adoption?.followedLatest ?? false,',
    tests: purposes,
  },
  {
    purpose: 'Start',
    rule: 'a start is written before it is persisted, and is not known again',
    file: purposeFile,
    from: "verb: 'start the rollout', order: 'IntentFirst'",
    to: "verb: 'start the rollout', order: 'ChangeFirst'",
    tests: purposes,
  },
  {
    purpose: 'Start',
    rule: 'a rollout that is seen in the traffic is not begun',
    file: confirmFile,
    from: 'return begun ? started(base, split, begun, nowMs) : base;',
    to: 'return begun ? base : base;',
    tests: purposes,
  },
  {
    purpose: 'Start',
    rule: 'a rollout that was begun by one process is not known to the next',
    file: 'src/loop/carry-out.ts',
    from: '...(write.rollout && { rollout: write.rollout }),',
    to: '',
    tests: purposes,
  },
  {
    purpose: 'Step',
    rule: 'a step is written before it is persisted, and is not known again',
    file: purposeFile,
    from: "verb: 'step up', order: 'IntentFirst'",
    to: "verb: 'step up', order: 'ChangeFirst'",
    tests: purposes,
  },
  {
    purpose: 'Step',
    rule: 'a step goes on while Cloud Run is still at the last one',
    file: 'src/decide/traffic/rollout/proposal.ts',
    from: 'if (!service.settled) return wait(',
    to: 'if (service.uid === message) return wait(',
    tests: ['test/scenarios/overtaken.test.ts'],
  },
  {
    purpose: 'Retreat',
    rule: 'a retreat that failed is not made up for',
    file: purposeFile,
    from: "verb: 'retreat', order: 'IntentFirst', owed: true",
    to: "verb: 'retreat', order: 'IntentFirst', owed: false",
    tests: [...purposes, 'test/scenarios/undone.test.ts'],
  },
  {
    purpose: 'Retreat',
    rule: 'a retreat is written before it is persisted, and is not known again',
    file: purposeFile,
    from: "verb: 'retreat', order: 'IntentFirst'",
    to: "verb: 'retreat', order: 'ChangeFirst'",
    tests: purposes,
  },
  {
    purpose: 'TakeControl',
    rule: 'a control that was to be taken in mid-rollout and was not is not made up for',
    file: purposeFile,
    from: "TakeControl: { action: 'TakeControl', verb: 'take a control', order: 'IntentFirst', owed: true",
    to: "TakeControl: { action: 'TakeControl', verb: 'take a control', order: 'IntentFirst', owed: false",
    tests: purposes,
  },
  {
    purpose: 'TakeControl',
    rule: 'a control in mid-rollout is taken again and again',
    file: 'src/decide/traffic/rollout/suspicion.ts',
    from: 'rollout: { ...backToRamp(rollout), controlsTaken: rollout.controlsTaken + 1 },',
    to: 'rollout: backToRamp(rollout),',
    tests: purposes,
  },
  {
    purpose: 'Watch',
    rule: 'a watch is written before it is persisted, and is not known again',
    file: purposeFile,
    from: "verb: 'go into the watch', order: 'IntentFirst'",
    to: "verb: 'go into the watch', order: 'ChangeFirst'",
    tests: purposes,
  },
  {
    purpose: 'Watch',
    rule: 'a watch that is seen in the traffic is still the ramp',
    file: confirmFile,
    from: "stage: 'Watch', watchedSeconds: 0",
    to: 'watchedSeconds: 0',
    tests: purposes,
  },
  {
    purpose: 'Promote',
    rule: 'a promotion is written before it is persisted, and is taken for that of another hand',
    file: purposeFile,
    from: "verb: 'promote', order: 'IntentFirst'",
    to: "verb: 'promote', order: 'ChangeFirst'",
    tests: purposes,
  },
  {
    purpose: 'Promote',
    rule: 'a promoted revision is not remembered with its last good one',
    file: confirmFile,
    from: 'lastGood: { revision: rollout.control, since: iso(nowMs) },',
    to: 'lastGood: { revision: rollout.candidate, since: iso(nowMs) },',
    tests: purposes,
  },
  {
    purpose: 'RollBack',
    rule: '5: a rollback waits for Kubernetes',
    file: purposeFile,
    from: "verb: 'roll back', order: 'ChangeFirst'",
    to: "verb: 'roll back', order: 'IntentFirst'",
    tests: [...safety, ...leaving, ...passes],
  },
  {
    purpose: 'RollBack',
    rule: 'a candidate that went back is not rejected',
    file: confirmFile,
    from: "return reject(guardedAgain(without(base, 'rollout'), nowMs), rollout.candidate, reason, nowMs);",
    to: "return guardedAgain(without(base, 'rollout'), nowMs);",
    tests: purposes,
  },
  {
    purpose: 'RollBack',
    rule: 'the way back of an invalid policy is gone without a look whose traffic it is',
    file: 'src/loop/stalled.ts',
    from: 'if (seen === null || !isOurs(seen, status)) return null;',
    to: 'if (seen === null || isOurs === undefined) return null;',
    tests: ['test/scenarios/invalid.test.ts'],
  },
  {
    purpose: 'RollBack',
    rule: 'the way back of an invalid policy is gone without a look at its target',
    file: 'src/loop/stalled.ts',
    from: "purpose: 'RollBack', change, needs: [target]",
    to: "purpose: 'RollBack', change, needs: []",
    tests: leaving,
  },
  {
    purpose: 'RollBack',
    rule: 'the way back of a policy that is paused or observes is gone all the same',
    file: 'src/loop/stalled.ts',
    from: 'if (ref === null || (spec.ok && spec.policy.requests.paused !== null)) return null;',
    to: 'if (ref === null) return null;',
    tests: memory,
  },
  {
    purpose: 'Withdraw',
    rule: 'a candidate that was to be withdrawn and was not is not made up for',
    file: purposeFile,
    from: "verb: 'withdraw the candidate', order: 'IntentFirst', owed: true",
    to: "verb: 'withdraw the candidate', order: 'IntentFirst', owed: false",
    tests: purposes,
  },
  {
    purpose: 'Withdraw',
    rule: 'a withdrawn candidate starts again by itself',
    file: confirmFile,
    from: 'withdrawn: { revision: rollout.candidate, at, reason: reason },',
    to: '',
    tests: purposes,
  },
  {
    purpose: 'GuardControl',
    rule: 'a control that was to be taken after promotion and was not is not made up for',
    file: purposeFile,
    from: "GuardControl: { action: 'TakeControl', verb: 'take a control', order: 'IntentFirst', owed: true",
    to: "GuardControl: { action: 'TakeControl', verb: 'take a control', order: 'IntentFirst', owed: false",
    tests: purposes,
  },
  {
    purpose: 'GuardControl',
    rule: 'a control after promotion is taken again and again',
    file: confirmFile,
    from: 'controlsTaken: guard.controlsTaken + 1,',
    to: 'controlsTaken: guard.controlsTaken,',
    tests: purposes,
  },
  {
    purpose: 'GuardControl',
    rule: 'a control after promotion is taken of a revision that nobody has looked at',
    file: 'src/decide/traffic/guard/guarding.ts',
    from: "toSplit('GuardControl', split, guard.control)",
    to: "toSplit('GuardControl', split, guard.revision)",
    tests: ['test/scenarios/undone.test.ts'],
  },
  {
    purpose: 'Restore',
    rule: 'what a control settled is not given back when it failed at first',
    file: purposeFile,
    from: "verb: 'restore', order: 'IntentFirst', owed: true",
    to: "verb: 'restore', order: 'IntentFirst', owed: false",
    tests: purposes,
  },
  {
    purpose: 'Restore',
    rule: 'a control that is given back is still taken to be out',
    file: confirmFile,
    from: 'return guard ? { ...base, guard: closed(guard, nowMs) } : base;',
    to: 'return guard ? base : base;',
    tests: purposes,
  },
  {
    purpose: 'Restore',
    rule: 'what is given back is given to the last good revision, with nobody convicted',
    file: 'src/decide/traffic/guard/guarding.ts',
    from: "toSplit('Restore', all(guard.revision), guard.revision)",
    to: "toSplit('Restore', all(guard.control), guard.control)",
    tests: purposes,
  },
  {
    purpose: 'Leave',
    rule: 'whoever edits labels keeps a policy from leaving',
    file: purposeFile,
    from: "verb: 'give the traffic back', order: 'ChangeFirst'",
    to: "verb: 'give the traffic back', order: 'IntentFirst'",
    tests: leaving,
  },
  {
    purpose: 'Leave',
    rule: "a policy that leaves moves another hand's traffic",
    file: 'src/loop/leave.ts',
    from: '!isOurs(seen, status) || namedSplit(seen.traffic)!.length < 2',
    to: '(namedSplit(seen.traffic)?.length ?? (isOurs ? 2 : 0)) < 2',
    tests: leaving,
  },
  {
    purpose: 'Leave',
    rule: 'a policy that leaves gives the traffic to a revision that nobody has looked at',
    file: 'src/loop/leave.ts',
    from: "purpose: 'Leave', change, needs: [stable]",
    to: "purpose: 'Leave', change, needs: []",
    tests: leaving,
  },
  {
    purpose: 'Leave',
    rule: 'a policy that leaves gives the traffic to the candidate',
    file: 'src/loop/leave.ts',
    from: 'status.rollout?.control ??',
    to: 'status.rollout?.candidate ??',
    tests: purposes,
  },
];

export const breakages: readonly Breakage[] = [...rules, ...byPurpose];

/** The purposes that no breakage is about: whoever adds one has to see a test of it fail. */
export const unbroken = (all: readonly Purpose[], known: readonly Breakage[] = breakages): Purpose[] =>
  all.filter((purpose) => !known.some((breakage) => breakage.purpose === purpose));

/** What is wrong with a breakage, given the file that it is in; null: it can be broken. */
export function misfit({ from, to, file }: Breakage, text: string): string | null {
  const times = text.split(from).length - 1;
  if (times !== 1) return `"${from}" stands ${times} times in ${file}`;
  return from === to ? `"${from}" is broken into itself` : null;
}
