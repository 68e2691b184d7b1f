/**
 * What the tuner would do in a moment that a stage has come to, were there something to do: each lever in turn has every
 * reason to move.
 */
import { decide } from '../../src/decide/decide.ts';
import { type Repertoire, repertoire } from '../../src/decide/repertoire.ts';
import { nothingYet } from '../../src/decide/tuning/memory.ts';
import type { Observation } from '../../src/facts/observation.ts';
import type { Purpose } from '../../src/facts/purpose.ts';
import type { SaturationMinute } from '../../src/facts/saturation.ts';
import { maxInstancesOf } from '../../src/facts/service.ts';
import { iso } from '../../src/facts/time.ts';
import type { Policy, TuningPolicy } from '../../src/policy/policy.ts';
import type { Status } from '../../src/status/status.ts';
import type { TunerState } from '../../src/status/tuner.ts';

/** What a look was made of. */
export interface Moment {
  readonly policy: Policy;
  readonly seen: Observation;
  readonly known: Status;
  readonly nowMs: number;
}

export const wants = {
  raise: 'RaiseMaximum',
  lower: 'LowerMaximum',
  concurrency: 'Tune',
  cpuTarget: 'Tune',
  concurrencyTarget: 'Tune',
} as const satisfies Record<string, Purpose>;
export type Want = keyof typeof wants;
export const rowOf = (want: Want): string => (want === 'raise' || want === 'lower' ? 'maxInstances' : want);

export const modes = ['Off', 'Recommend', 'ServiceLevel', 'Auto'] as const;

const minute = 60_000;
const concurrency = 80;

const levels = {
  raise: {},
  lower: {},
  concurrency: { memory: 0.95 },
  cpuTarget: { cpu: 0.97 },
  concurrencyTarget: { peakInFlight: 79 },
} as const satisfies Record<Want, Partial<SaturationMinute>>;

function minutesOf(want: Want, active: number, nowMs: number): SaturationMinute[] {
  const newest = Math.floor((nowMs - 2 * minute) / minute) * minute;
  return Array.from({ length: 60 }, (_, i) => ({
    endMs: newest - (59 - i) * minute,
    cpu: 0.3,
    memory: 0.3,
    peakInFlight: 20,
    activeInstances: active,
    requestsPerSecond: 10,
    meanLatencySeconds: 0.1,
    ...levels[want],
  }));
}

function tunerOf(want: Want, { known, nowMs, seen }: Moment): TunerState {
  const maximum = seen.service && maxInstancesOf(seen.service);
  const active = want === 'raise' ? (maximum ?? 100) : 3;
  const at = iso(nowMs - 3 * 3_600_000);
  const { scaledByHandAt } = known.tuner ?? {};
  const hours = [{ hour: iso(nowMs - 2 * 3_600_000), peak: active, cpu: 0, memory: 0, concurrency: 0, any: 30 }];
  const hot = { concurrency: 'memory', cpuTarget: 'cpu', concurrencyTarget: 'concurrency', raise: null, lower: null };
  const resource = hot[want];
  return {
    ...nothingYet(nowMs),
    hours: resource ? hours.map((hour) => ({ ...hour, [resource]: 30 })) : hours,
    until: iso(nowMs - 2 * minute),
    ...(maximum && { maximum: { value: maximum, since: at, ours: false } }),
    ...(scaledByHandAt && { scaledByHandAt }),
    serving: {
      revision: known.stable?.revision ?? 'none',
      since: at,
      concurrency,
      cpus: 1,
      memoryMib: 512,
      image: 'registry.example/app:v1',
      cpuTargetPercent: 60,
      concurrencyTargetPercent: 60,
      targetsAsked: true,
    },
    steadySince: at,
    // Not again for whatever else is wrong.
    ...(want !== 'raise' && { raisedAt: iso(nowMs) }),
    recent: minutesOf(want, active, nowMs)
      .slice(-5)
      .map(({ endMs }) => ({ endMs, active, full: want === 'raise' })),
  };
}

/** More than what the service has is not to be had of the database. */
const fewConnections = [{ name: 'cloudsql-main', max: 40, reserve: 0, perInstance: 10 }];

export interface Come {
  readonly write: Purpose | null;
  /** null: the lever is not shown. */
  readonly blockedBy: readonly string[] | null;
}

/** What comes of it in this moment. */
export function comesOf(moment: Moment, mode: TuningPolicy['mode'], want: Want, alone: Repertoire = repertoire): Come {
  const { policy, seen, known, nowMs } = moment;
  const tuning: TuningPolicy = {
    ...policy.tuning,
    mode,
    connections: want === 'lower' ? fewConnections : [],
  };
  const tuner = tunerOf(want, moment);
  const saturation: Observation['saturation'] = {
    kind: 'Known',
    value: { [tuner.serving!.revision]: minutesOf(want, tuner.recent.at(-1)!.active!, nowMs) },
  };
  const { tuning: _, saturation: __, ...rest } = known;
  const { decision, state } = decide({ ...policy, tuning }, { ...seen, saturation }, { ...rest, tuner }, nowMs, alone);
  const row = state.tuning?.levers.find(({ lever }) => lever === rowOf(want));
  return { write: decision.write?.purpose ?? null, blockedBy: row ? row.blockedBy : null };
}

/** Whether the template of a revision that came to nothing is put back, were the newest one that. */
export function putsBack(
  { policy, seen, known, nowMs }: Moment,
  mode: TuningPolicy['mode'],
  alone = repertoire,
): boolean {
  const name = seen.service!.latestCreated!;
  const own = {
    name,
    from: name,
    at: iso(nowMs),
    set: { concurrency: 40 },
    was: { concurrency },
    image: 'registry.example/app:v1',
    outcome: 'RolledBack',
  };
  const tuner = { ...nothingYet(nowMs), ...known.tuner, revisions: [own] };
  const tuning = { ...policy.tuning, mode };
  return decide({ ...policy, tuning }, seen, { ...known, tuner }, nowMs, alone).decision.write?.purpose === 'PutBack';
}
