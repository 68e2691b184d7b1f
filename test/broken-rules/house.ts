/** The rules of the house: what is remembered, what is told, who does it. */
import type { Breakage } from './breakage.ts';

const safety = ['test/scenarios/safety.test.ts'];
const memory = ['test/scenarios/memory.test.ts'];
const passes = ['test/loop/passes.test.ts'];

export const houseRules: readonly Breakage[] = [
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
    from: 'if (recalled.newer !== null) {',
    to: 'if (recalled === null) {',
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
    from: '...lossOf(stored), ...strangersOf(stored)',
    to: '...lossOf(stored).slice(9), ...strangersOf(stored)',
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
    from: 'const isNewers = newer !== null;',
    to: 'const isNewers = newer === undefined;',
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
    rule: 'an edit of the kept rules by hand is written over',
    file: 'src/kubernetes/rules/rules.ts',
    from: "force: 'false'",
    to: "force: 'true'",
    tests: ['test/kubernetes/contract.test.ts'],
  },
  {
    rule: 'rules that somebody else has applied are swept away',
    file: 'src/keep/sweep.ts',
    from: 'if (!held.isOurs || text === undefined) return;',
    to: 'if (text === undefined) return;',
    tests: ['test/kubernetes/contract.test.ts'],
  },
  {
    rule: 'a process that leads no more writes rules',
    file: 'src/keep/keeper.ts',
    from: '    fence.check();\n    try {',
    to: '    try {',
    tests: ['test/scenarios/kept-rules.test.ts'],
  },
  {
    rule: 'a policy of which no rules can be made stops those of all others',
    file: 'src/keep/keeper.ts',
    from: 'await this.#standingOf(policy, page).catch(failed)',
    to: 'await this.#standingOf(policy, page)',
    tests: ['test/keep/keeper.test.ts'],
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
    file: 'src/loop/undone.ts',
    from: 'return isDue ? [event] : [];',
    to: 'return [];',
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
