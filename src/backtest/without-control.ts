/** A candidate that nothing served beside: its predecessor stands in, and whatever the evidence, it is advice. */

import { tickOf } from '../decide/freshness.ts';
import { historyMs } from '../decide/questions.ts';
import { repertoire } from '../decide/repertoire.ts';
import type { History } from '../facts/counts.ts';
import { all } from '../facts/split.ts';
import { iso } from '../facts/time.ts';
import { observe } from '../loop/observe.ts';
import type { Policy } from '../policy/policy.ts';
import { askedOf, type Metrics } from '../ports/metrics.ts';
import type { Status } from '../status/status.ts';
import { absorbAlone, advice, beginAlone, shownAlone } from './alone.ts';
import { adopted, logs, lookMs, type ReplayOptions, serviceOf, servicesOf } from './as-recorded.ts';
import { ending, type Line, lineAt } from './line.ts';
import { percentAt } from './recording.ts';

const dayMs = 24 * 3_600_000;

export async function* withoutControl(options: ReplayOptions): AsyncGenerator<Line> {
  const { policy, metrics, recording, delayMs } = options;
  const { candidate, control, firstMs, endMs, shares } = recording;
  const recent = control === null ? new Map() : await historyOf(metrics, policy, control, firstMs, historyMs, null);
  const day = control === null ? new Map() : await historyOf(metrics, policy, control, firstMs, dayMs, 5 * 60_000);
  let evidence = beginAlone(policy, recent, day, firstMs);
  // What is asked is where each objective was judged up to; the rest of a rollout is not needed for that.
  const asking = (): Status => ({
    ...adopted(control ?? candidate, firstMs),
    inspection: { generation: policy.generation, at: iso(endMs), revision: control ?? candidate, objectives: [] },
    rollout: { ...emptyRollout(candidate, control ?? candidate, firstMs), evidence: evidence.map((e) => e.absolute) },
  });
  let told = '';
  let line: Line | null = null;
  for (let nowMs = firstMs + lookMs; nowMs <= endMs + delayMs; nowMs += lookMs) {
    options.onProgress?.(nowMs);
    const percent = percentAt(shares, nowMs);
    const service = serviceOf(policy, all(candidate), candidate);
    const eyes = { services: servicesOf(service, recording), metrics, logs, repertoire };
    const seen = await observe(eyes, policy, asking(), nowMs);
    evidence = absorbAlone(policy, candidate, evidence, seen, firstMs + policy.rollout.warmupMs);
    const { level, action, message } = advice(policy, candidate, control, evidence);
    line = lineAt(nowMs, {
      action,
      percent,
      recordedPercent: percent,
      reason: 'WithoutControl',
      message,
      evidence: shownAlone(policy, evidence),
    });
    if (level !== told) yield line;
    told = level;
    if (level === 'Against') return;
  }
  if (line) yield { ...ending(line, endMs + delayMs), message: `The recording ends. ${line.message}` };
}

const emptyRollout = (candidate: string, control: string, firstMs: number): NonNullable<Status['rollout']> => ({
  candidate,
  control,
  stage: 'Ramp',
  startedAt: iso(firstMs),
  steppedAt: iso(firstMs),
  shares: [],
  startPercent: 100,
  requestsPerSecond: 0,
  controlsTaken: 0,
  unseen: { requests: 0, ticks: 0 },
  evidence: [],
});

async function historyOf(
  metrics: Metrics,
  policy: Policy,
  revision: string,
  toMs: number,
  lengthMs: number,
  tickMs: number | null,
): Promise<ReadonlyMap<string, History>> {
  const found = await Promise.all(
    policy.objectives.map(async (objective): Promise<[string, History][]> => {
      const asked = askedOf(policy, objective);
      const pace = await metrics.freshness(asked, toMs);
      const ownMs = tickOf(pace.kind === 'Unknown' ? 0 : pace.value.intervalMs);
      const history = await metrics.history({ ...asked, revision, toMs, lengthMs, tickMs: tickMs ?? ownMs });
      return history.kind === 'Unknown' ? [] : [[objective.name, history.value]];
    }),
  );
  return new Map(found.flat());
}
