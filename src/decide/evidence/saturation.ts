/**
 * How full instances are, as evidence: of one minute, and of a candidate's minutes beside its control's. Pure. What the metrics
 * do not say is unknown, never room.
 */
import { type Resource, resources, type SaturationMinute } from '../../facts/saturation.ts';

/** What is sustained lasts so many minutes. */
export const sustainedMinutes = 5;

/** Fractions of the limits; null: unknown. */
export type Levels = Readonly<Record<Resource, number | null>>;

/** One request at a time fills an instance, and says nothing. */
export const levelsOf = ({ cpu, memory, peakInFlight }: SaturationMinute, concurrency: number): Levels => ({
  cpu,
  memory,
  concurrency: peakInFlight === null || concurrency <= 1 ? null : peakInFlight / concurrency,
});

/**
 * How many requests an instance has in flight, by Little's law; null: not known. Without bias for the mean and blind to the
 * fullest instance: to tell sizes by and to compare, never to start anything by.
 */
export function meanInFlight({
  requestsPerSecond,
  meanLatencySeconds,
  activeInstances,
}: Omit<SaturationMinute, 'endMs'>): number | null {
  if (requestsPerSecond === null || meanLatencySeconds === null || activeInstances === null) return null;
  return (requestsPerSecond * meanLatencySeconds) / Math.max(1, activeInstances);
}

/**
 * The levels as two revisions are compared by: the most in flight within a minute is all that there may be long before the mean
 * is, in either.
 */
const comparedOf = (minute: SaturationMinute, concurrency: number): Levels => {
  const mean = meanInFlight(minute);
  return { ...levelsOf(minute, concurrency), concurrency: mean === null ? null : mean / concurrency };
};

/** A minute of a revision, and how many requests at once each of its instances takes. */
export interface Lived {
  readonly minute: SaturationMinute;
  readonly concurrency: number;
}

/** One resource of a candidate and its control, over the minutes in which both are known. */
export interface Beside {
  readonly resource: Resource;
  readonly minutes: number;
  /** Sums of the levels; of concurrency those of the mean. */
  readonly candidate: number;
  readonly control: number;
  /** Minutes in which the control was over the limit. */
  readonly over: number;
  /** The newest minutes in a row in which the candidate alone was over the limit. */
  readonly alone: number;
}

const nothing = (resource: Resource): Beside => ({ resource, minutes: 0, candidate: 0, control: 0, over: 0, alone: 0 });

/**
 * With one minute more. A minute in which one of them is not known changes nothing. Parts of another concurrency say nothing of
 * who is the fuller: the fewer there may be, the nearer to all of them are the most within a minute.
 */
export const withMinute = (
  before: readonly Beside[],
  candidate: Lived,
  control: Lived,
  limit: number,
): readonly Beside[] => {
  const [ours, theirs] = [candidate, control].map(({ minute, concurrency }) => levelsOf(minute, concurrency));
  const [compared, besides] = [candidate, control].map(({ minute, concurrency }) => comparedOf(minute, concurrency));
  return resources.map((resource) => {
    const known = before.find((one) => one.resource === resource) ?? nothing(resource);
    const [one, other] = [ours![resource], theirs![resource]];
    const [mean, besideIt] = [compared![resource], besides![resource]];
    if (one === null || other === null || mean === null || besideIt === null) return known;
    const isComparable = resource !== 'concurrency' || candidate.concurrency === control.concurrency;
    return {
      resource,
      minutes: known.minutes + 1,
      candidate: known.candidate + mean,
      control: known.control + besideIt,
      over: known.over + (other > limit ? 1 : 0),
      alone: one > limit && other <= limit && isComparable ? known.alone + 1 : 0,
    };
  });
};

/** What the candidate is full of, and the control is not. */
export const saturatedAlone = (beside: readonly Beside[]): readonly Resource[] =>
  beside.filter(({ alone }) => alone >= sustainedMinutes).map(({ resource }) => resource);

/** Differences within this are none. */
const noise = 0.02;

export type Effect = 'Falls' | 'Same' | 'Rises' | 'Unknown';

/** Both were seen for long enough to tell. */
export const isSeen = (beside: readonly Beside[], resource: Resource): boolean =>
  beside.some((one) => one.resource === resource && one.minutes >= sustainedMinutes);

/**
 * Whether saturation falls with a revision that was made for that. Where the control itself is not full in these minutes, that
 * it stays the same tells nothing.
 */
export function effectOn(beside: readonly Beside[], resource: Resource): Effect {
  const known = beside.find((one) => one.resource === resource);
  if (!known || known.minutes < sustainedMinutes) return 'Unknown';
  const [candidate, control] = [known.candidate / known.minutes, known.control / known.minutes];
  if (candidate > control + noise) return 'Rises';
  if (candidate < control - noise) return 'Falls';
  return known.over >= sustainedMinutes ? 'Same' : 'Unknown';
}

/** So many kills in the time that is looked at, and of so large a part of the instances, are no accident. */
const fewestKills = 3;
const leastPart = 0.5;
export const killsMs = 10 * 60_000;

/** The candidate dies for want of memory, and the control does not. */
export const diesAlone = (kills: number, instances: number | null, controlKills: number): boolean =>
  controlKills === 0 && kills >= fewestKills && instances !== null && kills >= leastPart * instances;
