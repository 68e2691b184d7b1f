/** What a status says of a time that has not come yet, by a clock that ran ahead, is not waited for: it is now. */
import { iso, ms } from '../facts/time.ts';
import type { Status } from './status.ts';
import { longestBarMs, type TunerState } from './tuner.ts';

/** Clocks differ by less. */
const aheadMs = 60_000;

/** `guardWindowMs` is how long a guard is open, and its end may lie ahead. */
export function present(status: Status, guardWindowMs: number, nowMs: number): Status {
  const isAhead = (instant: string): boolean => ms(instant) > nowMs + aheadMs;
  const { rollout, guard, hold, adoption, tuner, errorBudget } = status;
  const past: Status = {
    ...status,
    ...(rollout && { rollout: clamped(rollout, isAhead, iso(nowMs)) }),
    ...(hold && { hold: clamped(hold, isAhead, iso(nowMs)) }),
    // What was done in the future was not done yet.
    ...(adoption && { adoption: { ...adoption, ...withoutAhead(adoption, isAhead) } }),
    ...(tuner && { tuner: presentTuner(tuner, isAhead, nowMs) }),
    ...(errorBudget && { errorBudget: clamped(errorBudget, isAhead, iso(nowMs)) }),
  };
  if (!guard) return past;
  const { until, ...rest } = guard;
  const last = nowMs + guardWindowMs;
  const end = ms(until) > last + aheadMs ? iso(last) : until;
  return { ...past, guard: { ...clamped(rest, isAhead, iso(nowMs)), until: end } };
}

/** Only the end of a bar may lie ahead, and minutes that are still to come were not read. */
function presentTuner(
  { barred, recent, ...rest }: TunerState,
  isAhead: (instant: string) => boolean,
  nowMs: number,
): TunerState {
  const last = nowMs + longestBarMs;
  return {
    ...clamped(rest, isAhead, iso(nowMs)),
    barred: barred.map((bar) => (ms(bar.until) > last + aheadMs ? { ...bar, until: iso(last) } : bar)),
    recent: recent.filter(({ endMs }) => endMs <= nowMs + aheadMs),
  };
}

const instant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** The same with every instant in it that lies ahead made `latest`; the very same where there is none. */
function clamped<T>(value: T, isAhead: (instant: string) => boolean, latest: string): T {
  if (typeof value === 'string') return (instant.test(value) && isAhead(value) ? latest : value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const all = value.map((one) => clamped(one, isAhead, latest));
    return (all.every((one, i) => one === value[i]) ? value : all) as T;
  }
  const fields = Object.entries(value).map(
    ([field, inner]) => [field, inner, clamped(inner, isAhead, latest)] as const,
  );
  if (fields.every(([, before, after]) => before === after)) return value;
  return Object.fromEntries(fields.map(([field, , after]) => [field, after])) as T;
}

function withoutAhead(
  { pinnedAgainAt, takenBackAt }: NonNullable<Status['adoption']>,
  isAhead: (instant: string) => boolean,
) {
  const been = (instants: readonly string[]): string[] => instants.filter((one) => !isAhead(one));
  return { pinnedAgainAt: been(pinnedAgainAt), ...(takenBackAt && { takenBackAt: been(takenBackAt) }) };
}
