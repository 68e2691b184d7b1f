/**
 * Breaks each safety rule in a copy of the source, one at a time, and sees a test fail: a test that cannot fail proves
 * nothing. `npm run test:broken-rules`; exit 1 when a broken rule goes unnoticed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface Breakage {
  readonly rule: string;
  readonly file: string;
  /** Must stand exactly once in the file. */
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
}

const trouble = ['test/scenarios/trouble.test.ts'];
const acts = ['test/scenarios/acts.test.ts'];
const safety = ['test/scenarios/safety.test.ts'];

const breakages: readonly Breakage[] = [
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
    from: 'if (isFresh(observation, nowMs) && failure === null) return null;',
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
    from: "    return { outcome: hold(policy, state, 'SplitByHand', message, nowMs) };",
    to: '    return goOn(state, []) ?? message;',
    tests: acts,
  },
  {
    rule: '3: LATEST is pinned for ever',
    file: 'src/decide/traffic/ownership.ts',
    from: 'if (adoption && recent.length > 0) {',
    to: 'if (adoption && recent.length > 99) {',
    tests: ['test/scenarios/people.test.ts'],
  },
  {
    rule: '4: a split that does not sum to 100 is sent',
    file: 'src/facts/split.ts',
    from: '{ revision: other, percent: 100 - percent },',
    to: '{ revision: other, percent: 99 - percent },',
    tests: [...acts, ...safety],
  },
  {
    rule: '4: the mask is wider than the traffic',
    file: 'src/cloudrun/services.ts',
    from: "paths: ['traffic']",
    to: "paths: ['traffic', 'template']",
    tests: ['test/cloudrun'],
  },
  {
    rule: '5: a rollback needs metrics again after it was decided',
    file: 'src/decide/traffic/rollout/rolling.ts',
    from: 'convicted(state, rollout) ??',
    to: '',
    tests: safety,
  },
  {
    rule: '5: a rollback waits for Kubernetes',
    file: 'src/loop/carry-out.ts',
    from: 'if (!write.back) {',
    to: 'if (write) {',
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
    from: 'await hands.checkpoint(',
    to: 'void (',
    tests: ['test/scenarios/crash.test.ts'],
  },
  {
    rule: '6: an interval is judged twice after a restart',
    file: 'src/decide/evidence/evidence.ts',
    from: 'judgedUntil: at,',
    to: 'judgedUntil: evidence.judgedUntil,',
    tests: [...acts, ...trouble],
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
    file: 'src/facts/split.ts',
    from: 'import type { Split,',
    to: "import '../ports.ts';\nimport type { Split,",
    tests: ['test/architecture.test.ts'],
  },
];

const copy = mkdtempSync(join(tmpdir(), 'steadyrun-broken-'));
for (const part of ['src', 'test', 'deploy', 'crds', 'package.json', 'tsconfig.json']) {
  cpSync(part, join(copy, part), { recursive: true });
}
symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));

let unnoticed = 0;
try {
  for (const { rule, file, from, to, tests } of breakages) {
    const path = join(copy, file);
    const whole = readFileSync(path, 'utf8');
    const flat = whole.split(from).length - 1;
    if (flat !== 1) {
      console.log(`✖ ${rule}: "${from}" stands ${flat} times in ${file}`);
      unnoticed++;
      continue;
    }
    writeFileSync(path, whole.replace(from, to));
    const run = spawnSync('vitest', ['run', '--config', 'test/vitest.config.ts', '--bail', '1', ...tests], {
      cwd: copy,
      encoding: 'utf8',
    });
    writeFileSync(path, whole);
    const failed = / FAIL {2}(.*)/.exec(stripVTControlCharacters(`${run.stdout}${run.stderr}`))?.[1];
    const noticed = run.status !== 0 && failed !== undefined;
    if (!noticed) unnoticed++;
    console.log(`${noticed ? '✔' : '✖'} ${rule}\n    ${noticed ? `noticed by: ${failed}` : 'went unnoticed'}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${breakages.length - unnoticed} of ${breakages.length} broken rules were noticed`);
process.exitCode = unnoticed === 0 ? 0 : 1;
