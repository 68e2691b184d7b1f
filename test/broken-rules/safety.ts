// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a piece of the source
/** The eight rules that whoever runs the operator relies on, by their numbers. */
import type { Breakage } from './breakage.ts';

const trouble = ['test/scenarios/trouble.test.ts'];
const corners = ['test/scenarios/corners.test.ts'];
const acts = ['test/scenarios/acts.test.ts'];
const safety = ['test/scenarios/safety.test.ts'];
const people = ['test/scenarios/people.test.ts'];
const contract = ['test/services'];

export const safetyRules: readonly Breakage[] = [
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
    from: '- ${firstIn(part, only, window)}',
    to: '- 0 * ${firstIn(part, only, window)}',
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
    rule: '8: a rollout begins on a past that nobody asked for',
    file: 'src/decide/traffic/rollout/start.ts',
    from: 'if (!asked)',
    to: 'if (!isPastAsked(at) && false)',
    tests: corners,
  },
  {
    rule: '8: a newer revision supersedes while the metrics are silent',
    file: 'src/decide/traffic/rollout/rolling.ts',
    from: " || (unseen && unseen.reason !== 'NoTraffic')",
    to: '',
    tests: corners,
  },
  {
    rule: '8: metrics that fail withdraw the candidate although nobody asked for it',
    file: 'src/decide/traffic/rollout/rolling.ts',
    from: "policy.rollout.onMetricsOutage === 'Withdraw' && ",
    to: '',
    tests: trouble,
  },
];
