/** What may have become of a stored status, and what then has to become of it. */
import type { Json, Left, Phase } from './phases.ts';

/** What is written after it, beside what would have been written anyway. */
export type Moves =
  /** The same as without the damage, split by split. */
  | 'AsEver'
  /** The same moves, and none to a larger share. */
  | 'NoFaster'
  | 'Nothing'
  /** All of the traffic goes back to the control, and nothing else is written. */
  | 'Back'
  /** The revision that was rejected and is forgotten starts anew, at the first share. */
  | 'StartsAnew';

export interface Row {
  readonly what: string;
  readonly of: Phase;
  readonly done: (status: Json, left: Left) => void;
  /** The sentences of what is lost. */
  readonly lost?: readonly string[];
  readonly newer?: string;
  /** Sections that are there and are not believed. */
  readonly fallen?: readonly string[];
  readonly moves: Moves;
  /** Fields that are not carried through. */
  readonly dropped?: readonly string[];
  /** What nothing moves for afterwards. */
  readonly held?: string;
  /** What has to be in what is stored afterwards. */
  readonly kept?: (status: Json) => unknown;
}

const at = (value: unknown, ...path: (string | number)[]): Json =>
  path.reduce((inner, step) => (inner as Json)[step] as Json, value as Json);
const put = (value: unknown, ...path: (string | number)[]) => {
  const [field, ...before] = path.toReversed();
  return {
    to: (content: unknown) => {
      at(value, ...before.toReversed())[field!] = content;
    },
    off: () => {
      delete at(value, ...before.toReversed())[field!];
    },
  };
};

/** The sections that stand or fall together. */
export const whoseTraffic = [
  'split',
  'intent',
  'change',
  'adoption',
  'stable',
  'lastGood',
  'rejected',
  'rollout',
  'guard',
] as const;

const all = (sentence: string) => ({ lost: [`Whose traffic it is: ${sentence}`], fallen: whoseTraffic });
const alone = (section: string, sentence: string) => ({ lost: [sentence], fallen: [section] });
const number = 'Invalid input: expected number, received';
const text = 'Invalid input: expected string, received';

const intent = (kind: string, { stable, candidate }: Left, percent: number) => ({
  kind,
  split: [
    { revision: stable, percent: 100 - percent },
    { revision: candidate, percent },
  ],
  etag: '"1"',
  reason: 'Healthy',
  message: 'It was about to be written.',
  at: '2026-01-05T08:04:00.000Z',
});
const change = (kind: string, purpose: string, to: Json) => ({
  purpose,
  kind,
  to,
  etag: '"1"',
  reason: 'Busy',
  message: 'It was about to be written.',
  at: '2026-01-05T08:04:00.000Z',
});
const tooMany = <T>(content: T, count: number): T[] => Array.from({ length: count }, () => structuredClone(content));
const objects = (value: unknown): Json[] => {
  if (Array.isArray(value)) return value.flatMap(objects);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Json, ...Object.values(value).flatMap(objects)];
};
const more = { of: 'another version', list: [1, null, { deep: [true] }] };

/** Nothing is damaged. */
const whole: readonly Row[] = (
  ['steady', 'ramping', 'retreated', 'watching', 'guarded', 'control', 'rejected', 'held'] as const
).map((of) => ({ what: `${of}: as the first version stored it`, of, done: () => undefined, moves: 'AsEver' }));

const convictions: readonly Row[] = (['convicted', 'guardConvicted'] as const).flatMap((of): Row[] => {
  const holder = of === 'convicted' ? 'rollout' : 'guard';
  return [
    { what: `${of}: as the first version stored it`, of, done: () => undefined, moves: 'Back' },
    {
      what: `${of}: for a reason that only a newer version has`,
      of,
      done: (status) => put(status, holder, 'convicted', 'reason').to('BudgetGone'),
      moves: 'Back',
    },
    {
      what: `${of}: with a purpose that only a newer version has`,
      of,
      done: (status, left) => put(status, 'intent').to(intent('RaiseMax', left, 5)),
      newer: 'intent.kind "RaiseMax"',
      moves: 'Back',
    },
    {
      what: `${of}: with a change that only a newer version has`,
      of,
      done: (status) => put(status, 'change').to(change('Warmth', 'Warm', { minInstances: 2 })),
      newer: 'change.purpose "Warm", change.kind "Warmth"',
      moves: 'Back',
    },
    {
      what: `${of}: with a newer word, and the hold is damaged`,
      of,
      done(status, left) {
        put(status, 'intent').to(intent('RaiseMax', left, 5));
        put(status, 'hold').to({ reason: 7 });
      },
      newer: 'intent.kind "RaiseMax"',
      ...alone('hold', `hold.reason: ${text} number`),
      moves: 'Back',
    },
    {
      what: `${of}: the moment of the conviction is cut off`,
      of,
      done: (status) => put(status, holder, 'convicted', 'at').off(),
      ...all(`${holder}.convicted.at: ${text} undefined`),
      moves: 'Nothing',
    },
  ];
});

const together: readonly Row[] = [
  {
    what: 'a number as text',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'evidence', 1, 'phi').to('1'),
    ...all(`rollout.evidence[1].phi: ${number} string`),
    moves: 'Nothing',
  },
  {
    what: 'a required field cut off',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'control').off(),
    ...all(`rollout.control: ${text} undefined`),
    moves: 'Nothing',
  },
  {
    what: 'a required field of null',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'candidate').to(null),
    ...all(`rollout.candidate: ${text} undefined`),
    moves: 'Nothing',
  },
  {
    what: 'the stable revision cut off',
    of: 'ramping',
    done: (status) => put(status, 'stable').off(),
    ...all('there is a rollout, but no stable revision.'),
    moves: 'Nothing',
  },
  {
    what: 'the split of null',
    of: 'watching',
    done: (status) => put(status, 'split').to(null),
    ...all('there is a rollout, but no split.'),
    moves: 'Nothing',
  },
  {
    what: 'the split cut off under a guard',
    of: 'guarded',
    done: (status) => put(status, 'split').off(),
    ...all('there is a guard, but no split.'),
    moves: 'Nothing',
  },
  {
    what: 'too much evidence',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'evidence').to(tooMany(at(status, 'rollout', 'evidence', 0), 21)),
    ...all('rollout.evidence: Too big: expected array to have <=20 items'),
    moves: 'Nothing',
  },
  {
    what: 'too many shares',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'shares').to(tooMany(at(status, 'rollout', 'shares', 0), 9)),
    ...all('rollout.shares: Too big: expected array to have <=8 items'),
    moves: 'Nothing',
  },
  {
    what: 'too many alternatives',
    of: 'control',
    done: (status) => put(status, 'guard', 'evidence', 0, 'absolute').to(tooMany(0, 9)),
    ...all('guard.evidence[0].absolute: Too big: expected array to have <=8 items'),
    moves: 'Nothing',
  },
  {
    what: 'an instant that is none',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'startedAt').to('yesterday'),
    ...all('rollout.startedAt: must be an instant such as 2026-01-05T08:00:00Z'),
    moves: 'Nothing',
  },
  {
    what: 'an instant in another list',
    of: 'guarded',
    done: (status) => put(status, 'adoption', 'pinnedAgainAt').to(['2026-13-45T99:00:00Z']),
    ...all('adoption.pinnedAgainAt[0]: must be an instant such as 2026-01-05T08:00:00Z'),
    moves: 'Nothing',
  },
  {
    what: 'an instant of a number',
    of: 'guarded',
    done: (status) => put(status, 'lastGood', 'since').to(1767600000),
    ...all(`lastGood.since: ${text} number`),
    moves: 'Nothing',
  },
  {
    what: 'a share of more than there is',
    of: 'ramping',
    done: (status) => put(status, 'split', 0, 'percent').to(101),
    ...all('split[0].percent: Too big: expected number to be <=100'),
    moves: 'Nothing',
  },
  {
    what: 'a truth as text',
    of: 'guarded',
    done: (status) => put(status, 'guard', 'external').to('false'),
    ...all('guard.external: Invalid input: expected boolean, received string'),
    moves: 'Nothing',
  },
  {
    what: 'a list for an object',
    of: 'control',
    done: (status) => put(status, 'guard').to([at(status, 'guard')]),
    ...all('guard: Invalid input: expected object, received array'),
    moves: 'Nothing',
  },
  {
    what: 'the rejected ones are too many',
    of: 'rejected',
    done: (status) => put(status, 'rejected').to(tooMany(at(status, 'rejected', 0), 11)),
    ...all('rejected: Too big: expected array to have <=10 items'),
    moves: 'StartsAnew',
  },
  {
    what: 'an intent and a change',
    of: 'ramping',
    done(status, left) {
      put(status, 'intent').to(intent('Step', left, 20));
      put(status, 'change').to(change('Traffic', 'Step', {}));
    },
    ...all('change.kind: a change of the traffic is an intent.'),
    moves: 'Nothing',
  },
  {
    what: 'a change of a kind that is always an intent',
    of: 'ramping',
    done: (status) => put(status, 'change').to(change('Traffic', 'Step', {})),
    ...all('change.kind: a change of the traffic is an intent.'),
    moves: 'Nothing',
  },
  {
    what: 'an intent without its split',
    of: 'ramping',
    done(status, left) {
      put(status, 'intent').to(intent('Step', left, 20));
      put(status, 'intent', 'split').off();
    },
    ...all('intent.split: Invalid input: expected array, received undefined'),
    moves: 'Nothing',
  },
  {
    what: 'nothing but a text',
    of: 'ramping',
    done: (status) => put(status, 'rollout').to('gone'),
    ...all('rollout: Invalid input: expected object, received string'),
    moves: 'Nothing',
  },
  {
    what: 'the damage is in two sections of it',
    of: 'control',
    done(status) {
      put(status, 'stable').to(null);
      put(status, 'guard', 'until').to('never');
    },
    ...all('guard.until: must be an instant such as 2026-01-05T08:00:00Z'),
    moves: 'Nothing',
  },
];

const cutOff: readonly Row[] = [
  {
    what: 'the rollout cut off: nobody knows whose split it is',
    of: 'ramping',
    done: (status) => put(status, 'rollout').off(),
    held: 'SplitByHand',
    moves: 'Nothing',
  },
  {
    what: 'the guard cut off under a control: nobody knows whose split it is',
    of: 'control',
    done: (status) => put(status, 'guard').off(),
    held: 'SplitByHand',
    moves: 'Nothing',
  },
  {
    what: 'since when there is a control is cut off: nobody knows whose split it is',
    of: 'control',
    done: (status) => put(status, 'guard', 'controlSince').off(),
    held: 'SplitByHand',
    moves: 'Nothing',
  },
  {
    what: 'the guard cut off',
    of: 'guarded',
    done: (status) => put(status, 'guard').off(),
    moves: 'Nothing',
  },
  {
    what: 'all of the evidence cut off',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'evidence').to([]),
    ...all('there is no evidence, not even of nothing.'),
    moves: 'Nothing',
  },
  {
    what: 'one objective of the evidence cut off, and the last decision',
    of: 'ramping',
    done(status) {
      (at(status, 'rollout').evidence as Json[]).pop();
      put(status, 'decision').off();
    },
    moves: 'NoFaster',
  },
  {
    what: 'some of the alternatives cut off',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'evidence', 0, 'absolute').to([0]),
    moves: 'AsEver',
  },
];

const settled = { concurrency: 20, maxInstances: 40 };
const tuner: Json = {
  hours: [{ hour: '2026-01-05T07:00:00Z', peak: 18, cpu: 0, memory: 12, concurrency: 3, any: 14 }],
  until: '2026-01-05T07:59:00Z',
  maximum: { value: 40, since: '2026-01-05T07:30:00Z', ours: true },
  earlier: [{ value: 20, until: '2026-01-05T07:30:00Z' }],
  raisedAt: '2026-01-05T07:30:00Z',
  scaledByHandAt: '2026-01-03T07:30:00Z',
  quota: { maxInstances: 100, at: '2026-01-04T08:00:00Z' },
  targetsRefused: '2026-01-04T08:00:00Z',
  revisions: [
    {
      name: 'api-00002-tuned',
      from: 'api-00001-aaa',
      at: '2026-01-04T08:00:00Z',
      set: { ...settled, cpuTargetPercent: 45, concurrencyTargetPercent: 48 },
      was: settled,
      image: 'gcr.io/acme/api:1',
      outcome: 'PutBack',
    },
  ],
  resets: [{ lever: 'concurrency', at: '2026-01-04T09:00:00Z', revision: 'api-00003-x', generation: 1 }],
  barred: [{ lever: 'concurrency', image: 'gcr.io/acme/api:1', until: '2026-01-11T08:00:00Z' }],
  recent: [{ endMs: 1767599940000, cpu: 0.4, memory: 0.87, concurrency: 0.5, active: 18, full: false }],
};
const withTuner = (change: Json): Json => ({ ...structuredClone(tuner), ...change });
const saturation: Json = {
  at: '2026-01-05T07:59:00Z',
  memory: { percent: 87, sustained: true },
  minutesOver24h: 14,
  worst: 'mem 87 %',
};
const lever: Json = {
  lever: 'maxInstances',
  current: 20,
  target: 40,
  reason: 'NearMaximum',
  message: 'm',
  blockedBy: [],
};
const soMany = (most: number) => `Too big: expected array to have <=${most} items`;
const noInstant = 'must be an instant such as 2026-01-05T08:00:00Z';

/** How full it was and what was tuned: to lose it moves no traffic, and what is not damaged beside it stays. */
const tuningDamage: readonly [what: string, section: string, content: unknown, sentence: string][] = [
  [
    'a saturation of more than there is',
    'saturation',
    { ...saturation, memory: { percent: 101, sustained: true } },
    'saturation.memory.percent: Too big: expected number to be <=100',
  ],
  [
    'a saturation of a half percent',
    'saturation',
    { ...saturation, cpu: { percent: 0.5, sustained: true } },
    'saturation.cpu.percent: Invalid input: expected int, received number',
  ],
  ['a saturation of nobody knows when', 'saturation', { ...saturation, at: 'now' }, `saturation.at: ${noInstant}`],
  [
    'tuning by name',
    'tuning',
    { mode: 'Auto', levers: { cpu: lever } },
    'tuning.levers: Invalid input: expected array, received object',
  ],
  [
    'tuning of a lever without a reason',
    'tuning',
    { mode: 'Auto', levers: [{ ...lever, reason: null }] },
    `tuning.levers[0].reason: ${text} undefined`,
  ],
  [
    'tuning that is kept by one word',
    'tuning',
    { mode: 'Auto', levers: [{ ...lever, blockedBy: 'Quota' }] },
    'tuning.levers[0].blockedBy: Invalid input: expected array, received string',
  ],
  ['too many levers', 'tuning', { mode: 'Auto', levers: tooMany(lever, 13) }, `tuning.levers: ${soMany(12)}`],
  ['a tuner of text', 'tuner', 'gone', 'tuner: Invalid input: expected object, received string'],
  [
    'a tuner cut short',
    'tuner',
    withTuner({ revisions: null }),
    'tuner.revisions: Invalid input: expected array, received undefined',
  ],
  ['a tuner that read up to no time', 'tuner', withTuner({ until: 'yesterday' }), `tuner.until: ${noInstant}`],
  [
    'a maximum as text',
    'tuner',
    withTuner({ maximum: { value: '40', since: '2026-01-05T07:30:00Z', ours: true } }),
    `tuner.maximum.value: ${number} string`,
  ],
  [
    'a maximum of no instances less',
    'tuner',
    withTuner({ maximum: { value: -1, since: '2026-01-05T07:30:00Z', ours: true } }),
    'tuner.maximum.value: Too small: expected number to be >=0',
  ],
  [
    'a tuner with too many hours',
    'tuner',
    withTuner({ hours: tooMany(at(tuner, 'hours', 0), 27) }),
    `tuner.hours: ${soMany(26)}`,
  ],
  [
    'a tuner with too many maxima',
    'tuner',
    withTuner({ earlier: tooMany(at(tuner, 'earlier', 0), 9) }),
    `tuner.earlier: ${soMany(8)}`,
  ],
  [
    'a tuner with too many revisions',
    'tuner',
    withTuner({ revisions: tooMany(at(tuner, 'revisions', 0), 13) }),
    `tuner.revisions: ${soMany(12)}`,
  ],
  [
    'a tuner with too many resets',
    'tuner',
    withTuner({ resets: tooMany(at(tuner, 'resets', 0), 13) }),
    `tuner.resets: ${soMany(12)}`,
  ],
  [
    'a tuner with too many bars',
    'tuner',
    withTuner({ barred: tooMany(at(tuner, 'barred', 0), 13) }),
    `tuner.barred: ${soMany(12)}`,
  ],
  [
    'a tuner with too many minutes',
    'tuner',
    withTuner({ recent: tooMany(at(tuner, 'recent', 0), 11) }),
    `tuner.recent: ${soMany(10)}`,
  ],
  [
    'an image that is too long',
    'tuner',
    withTuner({ barred: [{ ...at(tuner, 'barred', 0), image: 'x'.repeat(513) }] }),
    'tuner.barred[0].image: Too big: expected string to have <=512 characters',
  ],
  [
    'a setting of a half',
    'tuner',
    withTuner({ revisions: [{ ...at(tuner, 'revisions', 0), set: { concurrency: 2.5 } }] }),
    'tuner.revisions[0].set.concurrency: Invalid input: expected int, received number',
  ],
];

const byItself: readonly Row[] = [
  [
    'an unknown phase',
    'phase',
    'Dancing',
    'phase: Invalid option: expected one of "Pending"|"Steady"|"Ramping"|"Watching"|"RollingBack"|"Held"',
  ],
  [
    'a phase of a number',
    'phase',
    3,
    'phase: Invalid option: expected one of "Pending"|"Steady"|"Ramping"|"Watching"|"RollingBack"|"Held"',
  ],
  [
    'a hold without its reason',
    'hold',
    { message: 'x', since: '2026-01-05T08:00:00Z', paged: false },
    `hold.reason: ${text} undefined`,
  ],
  ['a decision of null fields', 'decision', { action: null }, `decision.action: ${text} undefined`],
  ['an inspection of text', 'inspection', 'fine', 'inspection: Invalid input: expected object, received string'],
  [
    'objectives by name',
    'objectives',
    { availability: {} },
    'objectives: Invalid input: expected array, received object',
  ],
  [
    'an unknown verdict of an objective',
    'objectives',
    [{ name: 'availability', verdict: 'Splendid' }],
    'objectives[0].verdict: Invalid option: expected one of "Healthy"|"Breaching"|"Unknown"',
  ],
  [
    'conditions without times',
    'conditions',
    [{ type: 'Ready', status: 'True', reason: 'x', message: '' }],
    `conditions[0].lastTransitionTime: ${text} undefined`,
  ],
  [
    'too many conditions',
    'conditions',
    tooMany(
      { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-05T08:00:00Z', reason: 'x', message: '' },
      33,
    ),
    'conditions: Too big: expected array to have <=32 items',
  ],
  ['a candidate without a share', 'candidate', { revision: 'api-00002-x' }, `candidate.percent: ${number} undefined`],
  [
    'one withdrawn at no time',
    'withdrawn',
    { revision: 'x', at: '', reason: 'y' },
    'withdrawn.at: must be an instant such as 2026-01-05T08:00:00Z',
  ],
  ['less than none in a row', 'supersededInARow', -1, 'supersededInARow: Too small: expected number to be >=0'],
  ['a generation as text', 'observedGeneration', '1', `observedGeneration: ${number} string`],
  ...tuningDamage,
  ['a memory of nobody', 'memory', { format: 1 }, `memory.by: ${text} undefined`],
  [
    'a verdict that is too long',
    'verdict',
    'x'.repeat(65),
    'verdict: Too big: expected string to have <=64 characters',
  ],
].map(([what, section, content, sentence]): Row => {
  const [named, field] = [what as string, section as string];
  return {
    what: named,
    of: 'ramping',
    done: (status) => put(status, field).to(content),
    ...alone(field, sentence as string),
    moves: 'AsEver',
  };
});

const newerWords: readonly Row[] = [
  {
    what: 'an intent for an unknown purpose',
    of: 'ramping',
    done: (status, left) => put(status, 'intent').to(intent('RaiseMax', left, 20)),
    newer: 'intent.kind "RaiseMax"',
    moves: 'Nothing',
  },
  {
    what: 'a rollout in an unknown stage',
    of: 'ramping',
    done: (status) => put(status, 'rollout', 'stage').to('Mirror'),
    newer: 'rollout.stage "Mirror"',
    moves: 'Nothing',
  },
  {
    what: 'an intended rollout in an unknown stage',
    of: 'guarded',
    done(status, left) {
      put(status, 'intent').to({ ...intent('Start', left, 5), rollout: { stage: 'Mirror' } });
    },
    newer: 'intent.rollout.stage "Mirror"',
    moves: 'Nothing',
  },
  {
    what: 'a change of an unknown kind and purpose',
    of: 'steady',
    done: (status) => put(status, 'change').to(change('Warmth', 'Warm', { minInstances: 2 })),
    newer: 'change.purpose "Warm", change.kind "Warmth"',
    moves: 'Nothing',
  },
  {
    what: 'a change of an unknown kind beside an intent',
    of: 'ramping',
    done(status, left) {
      put(status, 'intent').to(intent('Step', left, 20));
      put(status, 'change').to(change('Warmth', 'Step', {}));
    },
    newer: 'change.kind "Warmth"',
    moves: 'Nothing',
  },
  {
    what: 'a change of the traffic for an unknown purpose',
    of: 'convicted',
    done: (status) => put(status, 'change').to(change('Traffic', 'Warm', { split: { length: 1 } })),
    newer: 'change.purpose "Warm"',
    moves: 'Back',
  },
  {
    what: 'an unknown purpose under a control',
    of: 'control',
    done: (status) => put(status, 'change').to(change('Region', 'Move', {})),
    newer: 'change.purpose "Move", change.kind "Region"',
    moves: 'Nothing',
  },
  {
    what: 'an unknown purpose, and the whole of the rest is damaged',
    of: 'ramping',
    done(status, left) {
      for (const section of Object.keys(status)) put(status, section).to([{ was: section }, null]);
      put(status, 'intent').to(intent('RaiseMax', left, 20));
    },
    newer: 'intent.kind "RaiseMax"',
    lost: [
      `observedGeneration: ${number} array`,
      `conditions[0].type: ${text} undefined`,
      'phase: Invalid option: expected one of "Pending"|"Steady"|"Ramping"|"Watching"|"RollingBack"|"Held"',
      `verdict: ${text} array`,
      'candidate: Invalid input: expected object, received array',
      'decision: Invalid input: expected object, received array',
      `objectives[0].name: ${text} undefined`,
      'compared: Invalid input: expected object, received array',
      'saturation: Invalid input: expected object, received array',
      'tuning: Invalid input: expected object, received array',
      `budget[0].objective: ${text} undefined`,
      'inspection: Invalid input: expected object, received array',
      `supersededInARow: ${number} array`,
      'tuner: Invalid input: expected object, received array',
      'errorBudget: Invalid input: expected object, received array',
    ],
    moves: 'Nothing',
  },
];

const beside: readonly Row[] = [
  {
    what: 'a newer format of memory says more',
    of: 'ramping',
    done: (status) => put(status, 'memory').to({ format: 2, by: '9.9.9', more: 1 }),
    moves: 'AsEver',
    kept: ({ memory }) => [(memory as Json).more, 1],
  },
  {
    what: 'fields of another version in a dry run that is made anew',
    of: 'ramping',
    done(status) {
      for (const object of objects(status.inspection)) object.more = more;
      put(status, 'inspection', 'at').to('2026-01-04T08:00:00.000Z');
      put(status, 'inspection', 'objectives', 0, 'problem').to({ reason: 'NoSeries', message: 'm', more });
    },
    moves: 'AsEver',
    kept: ({ inspection }) => [
      { ...(inspection as Json), at: '' },
      {
        generation: 1,
        at: '',
        revision: 'api-00001-aaa',
        more,
        objectives: [
          { name: 'availability', more },
          { name: 'latency', more },
        ],
      },
    ],
  },
  {
    what: 'sections that only another version knows',
    of: 'ramping',
    done(status) {
      put(status, 'forecast').to(more);
      put(status, 'constructor').to(more);
      put(status, 'toString').to('a name like any other');
    },
    moves: 'AsEver',
    kept: (status) => [
      [status.forecast, Object.getOwnPropertyDescriptor(status, 'constructor')?.value, status.toString],
      [more, more, 'a name like any other'],
    ],
  },
  ...(['ramping', 'watching', 'guarded', 'control', 'held'] as const).map(
    (of): Row => ({
      what: `${of}: fields that only another version knows, at every level of what is remembered`,
      of,
      done(status) {
        for (const section of ['split', 'adoption', 'inspection', 'hold', 'rollout', 'guard']) {
          for (const object of objects(status[section])) object.more = more;
        }
      },
      moves: 'AsEver',
      kept: (status) => [
        ['split', 'adoption', 'inspection', 'hold', 'rollout', 'guard'].flatMap((section) =>
          section in status && section !== 'split'
            ? [section, (status[section] as Json).more, ...evidenceOf(status[section] as Json)]
            : [],
        ),
        ['split', 'adoption', 'inspection', 'hold', 'rollout', 'guard'].flatMap((section) =>
          section in status && section !== 'split'
            ? [section, more, ...evidenceOf(status[section] as Json).map(() => more)]
            : [],
        ),
      ],
    }),
  ),
  {
    what: "fields of the code's own names",
    of: 'ramping',
    done(status) {
      for (const entry of at(status, 'rollout').evidence as Json[]) {
        Object.assign(entry, { dispersion: 'x', judgedAgainst: [], largestUsualBurst: 'y' });
      }
    },
    dropped: ['dispersion', 'judgedAgainst', 'largestUsualBurst'],
    moves: 'AsEver',
  },
  {
    what: 'what is tuned, and all that its tuner remembers, with what another version added to it',
    of: 'ramping',
    done(status) {
      put(status, 'saturation').to(structuredClone(saturation));
      put(status, 'tuning').to({ mode: 'Turbo', levers: [{ ...lever, lever: 'gpu', blockedBy: ['Weather'] }] });
      put(status, 'tuner').to(structuredClone(tuner));
      for (const object of objects(status.tuner)) object.more = more;
      put(status, 'candidate', 'cause').to('Whim');
    },
    moves: 'AsEver',
  },
  {
    what: 'no status at all',
    of: 'steady',
    done: (status) => {
      for (const section of Object.keys(status)) put(status, section).off();
    },
    moves: 'Nothing',
  },
];

/** What lies in the evidence: each entry and the tallies in it. */
const evidenceOf = ({ evidence = [] }: Json): unknown[] =>
  (evidence as Json[]).flatMap((entry) => [
    entry.more,
    (entry.candidate as Json).more,
    (entry.control as Json).more,
    (entry.certified as Json).more,
  ]);

export const rows: readonly Row[] = [
  ...whole,
  ...convictions,
  ...together,
  ...cutOff,
  ...byItself,
  ...newerWords,
  ...beside,
];
