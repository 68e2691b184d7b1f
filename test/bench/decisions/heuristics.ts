/** The heuristics of the judgement: how each is taken out, and where that should show. */
export type Measure = 'BackAfter' | 'Harm' | 'FalseRollbacks' | 'TimeTo90' | 'Undecided';

export interface Heuristic {
  readonly name: string;
  /** In files of src/decide; `from` stands there exactly once. */
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  readonly shows: readonly { readonly world: string; readonly measure: Measure; readonly runs?: number }[];
}

const harm = (world: string, runs = 400) => ({ world, measure: 'Harm', runs }) as const;
/** Of a shared outage, the arms a minute apart. */
const outageAround = (profile: string): string => `outage, 60 s longer at the candidate, before and behind, ${profile}`;
const falsely = (world: string, runs = 1000) => ({ world, measure: 'FalseRollbacks', runs }) as const;

export const heuristics: readonly Heuristic[] = [
  {
    name: 'the cap of a tick',
    edits: [
      {
        file: 'evidence/evidence.ts',
        from: 'next.push(begun + Math.min(now[i] ?? 0, cap));',
        to: 'next.push(begun + (now[i] ?? 0));',
      },
    ],
    shows: [falsely('clusters, 100 rps'), falsely('bursty, 100 rps'), falsely('blip, 100 rps')],
  },
  {
    name: "the service's own dispersion",
    edits: [
      {
        file: 'evidence/baseline.ts',
        from: 'dispersion: clamp((priorWeight * priorDispersion + bad * raw) / (priorWeight + bad), 1, 10),',
        to: 'dispersion: 1,',
      },
    ],
    shows: [falsely('bursty, 10 rps'), falsely('bursty, 100 rps'), falsely('clusters, 10 rps')],
  },
  {
    name: "the service's own rate, where it is above the SLO",
    edits: [
      {
        file: 'evidence/baseline.ts',
        from: 'judgedAgainst: clamp(usualFraction, sloAllows, Math.min(3 * sloAllows, Math.max(sloAllows, 0.9))),',
        to: 'judgedAgainst: sloAllows,',
      },
      {
        file: 'evidence/assess.ts',
        from: 'clamp(usual, judgedAgainst, Math.max(judgedAgainst, 3 * sloAllows))',
        to: '(sloAllows > 0 ? judgedAgainst : 0)',
      },
    ],
    shows: [{ world: 'both above the SLO', measure: 'TimeTo90' }],
  },
  {
    name: 'change points',
    edits: [
      {
        file: 'evidence/evidence.ts',
        from: 'logAddExp(known, lnNewStart)',
        to: 'known + 0 * lnNewStart * logAddExp(0, 0)',
      },
    ],
    shows: [harm('leak from 10 min'), harm('+4 % in the watch')],
  },
  {
    name: 'one tick of total failure convicts',
    edits: [
      {
        file: 'evidence/assess.ts',
        from: 'totalFailure: tickPower >= certain && badPart >= (again ? largePartAgain : largePart) && !wasFine,',
        to: 'totalFailure: false,',
      },
    ],
    shows: [harm('100 % errors'), harm('+50 % errors')],
  },
  {
    name: 'small excesses',
    edits: [{ file: 'evidence/terms.ts', from: 'const finePart = 1 / 8;', to: 'const finePart = 1e-300;' }],
    shows: [harm('target 99, 1.4 %', 200), harm('p95 from 290 to 310 ms', 200)],
  },
  {
    name: 'small excesses rest while both fail',
    edits: [
      { file: 'evidence/evidence.ts', from: 'evidence.environmentBad\n      ?', to: 'evidence.ticks < 0\n      ?' },
      { file: 'evidence/evidence.ts', from: 'evidence.environmentBad && !terms.inGuard', to: 'evidence.ticks < 0' },
    ],
    shows: [falsely('outage of 10 %, 12 % at the candidate', 200)],
  },
  {
    name: 'no certificate for what is worse',
    edits: [{ file: 'evidence/assess.ts', from: '* base && !isWorse,', to: '* base && (isWorse || !isWorse),' }],
    shows: [harm('p95 from 290 to 310 ms', 200), harm('target 99, 1.4 %', 200)],
  },
  {
    name: 'bursts that come time and again are usual',
    edits: [
      {
        file: 'evidence/baseline.ts',
        from: 'episodes < fewestClusters ? fraction :',
        to: 'episodes < 1e9 ? fraction :',
      },
    ],
    shows: [{ world: 'bursty, 100 rps', measure: 'TimeTo90' }, falsely('bursty, 100 rps')],
  },
  {
    name: 'one tick convicts only what never was fine',
    edits: [{ file: 'evidence/assess.ts', from: ': largePart) && !wasFine,', to: ': largePart),' }],
    shows: [falsely('outage, 10 s earlier at the candidate', 200), falsely('one pause of 12 s', 200)],
  },
  {
    name: 'nothing else that passes within 75 s',
    edits: [
      {
        file: 'evidence/assess.ts',
        from: '(!wasFine || isLasting(evidence))',
        to: '(!wasFine || wasFine || isLasting(evidence))',
      },
    ],
    shows: [falsely(outageAround('Fast'), 200)],
  },
  {
    name: 'no strike at the edge of an outage',
    edits: [
      {
        file: 'evidence/passing.ts',
        from: '...(isOlder && { lastStrike }),',
        to: '...((isOlder || lastStrike) && { lastStrike }),',
      },
      {
        file: 'evidence/assess.ts',
        from: '&& !wasJustBad(evidence, terms.tickMs)',
        to: '&& (bad || !bad || wasJustBad(evidence, terms.tickMs))',
      },
    ],
    shows: [falsely(outageAround('Balanced'), 200)],
  },
  {
    name: 'a quarter of an hour at the first share after a strike',
    edits: [
      {
        file: 'traffic/rollout/suspicion.ts',
        from: 'const struckMs = 15 * 60_000;',
        to: 'const struckMs = 5 * 60_000;',
      },
    ],
    shows: [harm('total failure 15 s in 10 min')],
  },
  {
    name: 'two hours of a control after a strike',
    edits: [
      {
        file: 'traffic/rollout/forward.ts',
        from: 'if (struckMs > 0 && !cure) {',
        to: 'if (struckMs > 9e15 && !cure) {',
      },
    ],
    shows: [harm('total failure 15 s in 70 min', 200)],
  },
  {
    name: 'a large part of a tick must be bad for that',
    edits: [
      {
        file: 'evidence/assess.ts',
        from: 'badPart >= (again ? largePartAgain : largePart)',
        to: 'badPart >= 0',
      },
    ],
    shows: [falsely('once 15 s of 20 %', 1000), falsely('once 60 s of 10 %', 1000)],
  },
  {
    name: 'the meter of suspicion, and stepping back',
    edits: [
      {
        file: 'evidence/assess.ts',
        from: 'suspect: suspicionOf(evidence) >= suspected,',
        to: 'suspect: suspicionOf(evidence) >= suspected + 1e9,',
      },
    ],
    shows: [harm('60 s of 3 % in 10 min'), harm('overload of 2 % above 40 rps'), harm('leak, 120 s late')],
  },
  {
    name: 'suspicion that comes back convicts',
    edits: [
      {
        file: 'traffic/rollout/advance.ts',
        from: 'if (cameBack) return suspicion(policy, rollout, suspects, moment);',
        to: '',
      },
      {
        file: 'traffic/rollout/suspicion.ts',
        from: 'if (rollout.retreat?.used && rollout.retreat.finished) {',
        to: 'if (false) {',
      },
    ],
    shows: [harm('overload of 2 % above 40 rps'), harm('60 s of 3 % in 10 min')],
  },
  {
    name: 'at most half after suspicion in the watch',
    edits: [
      {
        file: 'traffic/rollout/suspicion.ts',
        from: 'Math.min(moment.percent, half, ',
        to: 'Math.min(moment.percent, ',
      },
    ],
    shows: [harm('+2 % in the watch'), harm('+4 % in the watch')],
  },
  {
    name: '1 % while a shared outage lies over suspicion',
    edits: [
      {
        file: 'traffic/rollout/advance.ts',
        from: 'if (outage && moment.percent > 1) {',
        to: 'if (outage && moment.percent > 100) {',
      },
    ],
    shows: [harm('outage on top of +5 %')],
  },
  {
    name: 'strikes',
    edits: [{ file: 'traffic/rollout/advance.ts', from: 'if (struck) return struck;', to: '' }],
    shows: [
      harm('total failure 15 s in 10 min'),
      harm('total failure 15 s in 10 min, 120 s late'),
      harm('overload above 20 rps'),
    ],
  },
  {
    name: 'taking a control in the watch',
    edits: [{ file: 'traffic/rollout/advance.ts', from: 'if (control) return control;', to: '' }],
    shows: [harm('+2 % in the watch, 10 rps'), harm('+0.5 % in the watch'), harm('leak from 22 min')],
  },
  {
    name: 'an environment that is bad stops the clocks',
    edits: [
      {
        file: 'evidence/evidence.ts',
        from: 'return control.bad >= 5 * dispersion && control.bad / control.total > environmentBadFactor[kind] * judgedAgainst;',
        to: 'return control.bad < 0 && dispersion + judgedAgainst + environmentBadFactor[kind] > 0;',
      },
    ],
    shows: [
      falsely('stable sick'),
      falsely('shared outage, 100 rps'),
      { world: 'shared outage, 100 rps', measure: 'TimeTo90' },
      { world: 'stable at 20 %', measure: 'TimeTo90' },
    ],
  },
  {
    name: 'fix forward',
    edits: [
      { file: 'evidence/evidence.ts', from: 'mixture(mirrored) >= Math.log(20)', to: 'mixture(mirrored) >= 1e9' },
    ],
    shows: [{ world: 'stable at 20 %', measure: 'TimeTo90' }],
  },
  {
    name: 'the soak',
    edits: [{ file: 'evidence/profiles.ts', from: 'soakMs: 15 * 60_000 }', to: 'soakMs: 0 }' }],
    shows: [harm('leak from 10 min'), harm('leak, 120 s late')],
  },
  {
    name: 'what is slow while it is new is half of a conviction',
    edits: [
      {
        file: 'evidence/judge.ts',
        from: 'isYoung ? heldBack(judged, terms) : judged;',
        to: 'judged ?? heldBack(judged, terms);',
      },
    ],
    shows: [falsely('slow for its first 3 min', 400)],
  },
  {
    name: 'and waits at the first share',
    edits: [{ file: 'traffic/rollout/youth.ts', from: 'if (!slow ||', to: 'if (slow || !slow ||' }],
    shows: [harm('slower 1.6 times')],
  },
  {
    name: 'the luck of instances',
    edits: [{ file: 'evidence/luck.ts', from: 'if (luck === undefined)', to: 'if (luck === undefined || luck)' }],
    shows: [
      falsely('instances differ by 20 %, 50 rps, p99', 400),
      falsely('instances differ by 20 %, 5 rps, p95', 400),
    ],
  },
  {
    name: 'a trickle is as good as no traffic',
    edits: [
      {
        file: 'traffic/rollout/ramp.ts',
        from: 'requestsPerSecond < trickleRequests / (recentMs / 1000)',
        to: 'requestsPerSecond <= 0 * trickleRequests * recentMs',
      },
    ],
    shows: [harm('100 % errors, 0.01 rps, then 80')],
  },
  {
    name: 'a few requests get no larger share than one a second',
    edits: [
      {
        file: 'traffic/rollout/ramp.ts',
        from: 'Math.min(mostForFew, fewSeconds',
        to: 'Math.max(0 * mostForFew, fewSeconds',
      },
    ],
    shows: [harm('100 % errors, 0.03 rps, then 80')],
  },
  {
    name: 'no step before anything good was seen',
    edits: [
      {
        file: 'traffic/rollout/forward.ts',
        from: "return assessment.kind === 'Rate' || total === 0 || bad < total;",
        to: 'return assessment !== null || bad < total;',
      },
    ],
    shows: [harm('100 % errors, 0.03 rps, then 80')],
  },
  {
    name: 'a new soak and smaller steps after suspicion',
    edits: [
      {
        file: 'traffic/rollout/bake.ts',
        from: 'ms(retreat?.at ?? startedAt)',
        to: 'ms(startedAt)',
      },
      { file: 'traffic/rollout/ramp.ts', from: 'at.suspectedBefore ? 2 : 5', to: '5' },
    ],
    shows: [harm('60 s of 3 % in 10 min'), harm('30 s of 5 % in 5 min, 120 s late')],
  },
  {
    name: 'steps by the time that conviction takes',
    edits: [
      {
        file: 'traffic/rollout/ramp.ts',
        from: '((convictionMs(policy, pace) / 1000) * excess)',
        to: '((feedbackMs(pace) / 1000) * excess)',
      },
    ],
    shows: [harm('slower 1.6 times'), harm('+5 % errors')],
  },
  {
    name: 'the first few requests before the start of the ramp',
    edits: [
      {
        file: 'traffic/rollout/ramp.ts',
        from: 'if (policy.rollout.stepsPercent !== null) return start;',
        to: 'if (start > 0) return start;',
      },
    ],
    shows: [harm('100 % errors'), harm('+50 % errors')],
  },
  {
    name: 'no first step while a tick by itself is against it',
    edits: [
      {
        file: 'traffic/rollout/forward.ts',
        from: 'tickPower >= firstDoubt;',
        to: 'tickPower >= 1e9 * firstDoubt;',
      },
    ],
    shows: [harm('+5 % errors'), harm('+50 % errors')],
  },
  {
    name: 'the first tick counts when it comes',
    edits: [
      {
        file: 'questions.ts',
        from: 'begun ? toMs - fromMs >= leastTick * tickMs : toMs > fromMs',
        to: '(begun || true) && toMs - fromMs >= leastTick * tickMs',
      },
    ],
    shows: [harm('100 % errors'), harm('+50 % errors')],
  },
  {
    name: 'no step at odds of 5',
    edits: [
      {
        file: 'evidence/assess.ts',
        from: 'doubtful: Math.min(suspicionAbsolute, suspicionRelative) >= Math.log(5),',
        to: 'doubtful: Math.min(suspicionAbsolute, suspicionRelative) >= Math.log(20),',
      },
    ],
    shows: [harm('slow leak'), harm('30 s of 5 % in 5 min, 120 s late'), harm('+0.3 % errors, 1000 rps')],
  },
  {
    name: 'the watch shares half when metrics are late',
    edits: [{ file: 'traffic/rollout/ramp.ts', from: 'delayMs < 90_000 ? 66 : 50', to: '90' }],
    shows: [harm('+4 % in the watch, 120 s late')],
  },
  {
    name: 'a retreat is as deep as the evidence is strong',
    edits: [
      {
        file: 'traffic/rollout/suspicion.ts',
        from: 'Math.ceil(Math.max(rollout.startPercent, enough))',
        to: 'Math.ceil(Math.max(rollout.startPercent, enough * 0))',
      },
    ],
    shows: [
      { world: '+1 % errors', measure: 'BackAfter' },
      { world: '+0.5 % errors', measure: 'BackAfter' },
      harm('leak from 10 min'),
      harm('+4 % in the watch'),
    ],
  },
  {
    name: 'a control after promotion by odds against the SLO',
    edits: [
      {
        file: 'evidence/assess.ts',
        from: 'lnAbsolute >= Math.log(gating * suspicious)',
        to: 'lnAbsolute >= 1e9 * gating',
      },
    ],
    shows: [harm('+0.5 % after promotion'), harm('+0.5 % in the watch')],
  },
  {
    name: 'or by suspicion, where ticks are long',
    edits: [{ file: 'evidence/assess.ts', from: 'tickMs >= longTickMs', to: 'tickMs >= 1e9 * longTickMs' }],
    shows: [harm('+5 % after promotion, 120 s late')],
  },
  {
    name: 'a closer look at a promoted revision',
    edits: [
      {
        file: 'traffic/guard/guarding.ts',
        from: '({ objective }) => tickOf(objective))',
        to: '({ objective }) => Math.max(tickOf(objective), cadence.guardMs))',
      },
    ],
    shows: [harm('+0.5 % after promotion')],
  },
];
