/** Trouble on a timetable: what happens to a service's revisions, its traffic or the metrics, and when. */
import { z } from 'zod';
import { duration, longerThanZero, percent, repetition, shaped } from './shape.ts';

const shape = z.strictObject({
  at: duration.describe('When it begins, counted from the deploy.'),
  for: longerThanZero.describe('How long it lasts.'),
  every: repetition.optional().describe('It comes again this often, counted from where it began. At least 1s.'),
  on: z
    .enum(['Stable', 'Candidate', 'Both', 'Metrics', 'Traffic', 'Logs'])
    .describe('Whom or what it meets. Logs are only for the lab.'),
  errorPercent: percent.optional().describe('So many more of the requests fail, in percent.'),
  latencyFactor: z.number().gt(0).max(1000).optional().describe('Every request takes so many times as long.'),
  websocketDisconnectPercent: percent
    .optional()
    .describe('So many more of the WebSocket connections break, in percent.'),
  outage: z.boolean().optional().describe('No metrics come while it lasts; what was counted comes after it.'),
  delay: duration.optional().describe('Metrics come so much later.'),
  rps: z.number().min(0).max(1_000_000).optional().describe('Requests a second while it lasts.'),
  ramp: longerThanZero.optional().describe('It climbs to its full strength over this time.'),
  jitter: duration.optional().describe('In each run it begins later by a time drawn from 0 to this.'),
});

/** Lengths are in milliseconds; `at` counts from the moment the event is posted. */
export type LabEvent = z.infer<typeof shape>;
/** An event as people write it: lengths are texts such as "10m". */
export type EventText = z.input<typeof shape>;

/** What may be said of an event. */
export const eventFields: readonly string[] = Object.keys(shape.shape);

const armEffects = ['errorPercent', 'latencyFactor', 'websocketDisconnectPercent'] as const;
/** What an event may do, by what it meets. */
export const effects = {
  Stable: armEffects,
  Candidate: armEffects,
  Both: armEffects,
  Metrics: ['outage', 'delay'],
  Traffic: ['rps'],
  Logs: ['outage'],
} as const satisfies Record<LabEvent['on'], readonly (keyof LabEvent)[]>;
const allEffects = [...armEffects, ...effects.Metrics, ...effects.Traffic] as const;

/** One event, with everything about it that makes no sense refused. */
export const eventShape = shape.superRefine((event, context) => {
  const possible: readonly (keyof LabEvent)[] = effects[event.on];
  for (const field of allEffects) {
    if (event[field] === undefined || possible.includes(field)) continue;
    context.addIssue({
      code: 'custom',
      path: [field],
      message: `means nothing on ${event.on}, which takes ${possible.join(', ')}`,
    });
  }
  if (possible.every((field) => event[field] === undefined || event[field] === false)) {
    context.addIssue({ code: 'custom', path: [], message: `nothing would happen: say one of ${possible.join(', ')}` });
  }
  if (event.ramp !== undefined && event.outage === true) {
    context.addIssue({ code: 'custom', path: ['ramp'], message: 'an outage has no degrees' });
  }
});

/** Throws Misshapen, naming the path, for unknown fields and impossible values. */
export const parseEvent = (value: unknown): LabEvent => shaped(eventShape, value);

/** An event with a date: whom it meets was settled when it was posted. */
export interface Scheduled {
  readonly event: LabEvent;
  readonly startMs: number;
  /** The newest revision at that time; Stable is every other. */
  readonly candidate: string | null;
  /** When it was ended before its time. */
  readonly endedMs?: number;
}

/** How strongly it is felt at this time: 0 not at all, 1 fully, between while it climbs its ramp. */
export function strengthAt({ event, startMs, endedMs }: Scheduled, nowMs: number): number {
  const sinceMs = nowMs - startMs;
  if (sinceMs < 0 || (endedMs !== undefined && nowMs >= endedMs)) return 0;
  const every = event.every;
  // Where repetitions overlap, the oldest one still running has climbed highest.
  const oldest = every === undefined ? 0 : Math.max(0, Math.floor((sinceMs - event.for) / every) + 1);
  const runningMs = sinceMs - oldest * (every ?? 0);
  if (runningMs < 0 || runningMs >= event.for) return 0;
  return event.ramp === undefined ? 1 : Math.min(1, runningMs / event.ramp);
}

/** Whether it will never be felt again. */
export function isOver({ event, startMs, endedMs }: Scheduled, nowMs: number): boolean {
  if (endedMs !== undefined) return nowMs >= endedMs;
  return event.every === undefined && nowMs >= startMs + event.for;
}

/** What one revision feels of the events. */
export interface Strain {
  readonly errorPercent: number;
  readonly latencyFactor: number;
  readonly websocketDisconnectPercent: number;
}

export const noStrain: Strain = { errorPercent: 0, latencyFactor: 1, websocketDisconnectPercent: 0 };

export function strainOn(revision: string, events: readonly Scheduled[], nowMs: number): Strain {
  return events.reduce((strain, scheduled) => {
    const strength = meets(scheduled, revision) ? strengthAt(scheduled, nowMs) : 0;
    if (strength === 0) return strain;
    const { errorPercent = 0, latencyFactor = 1, websocketDisconnectPercent = 0 } = scheduled.event;
    return {
      errorPercent: strain.errorPercent + errorPercent * strength,
      latencyFactor: strain.latencyFactor * (1 + (latencyFactor - 1) * strength),
      websocketDisconnectPercent: strain.websocketDisconnectPercent + websocketDisconnectPercent * strength,
    };
  }, noStrain);
}

function meets({ event, candidate }: Scheduled, revision: string): boolean {
  switch (event.on) {
    case 'Both':
      return true;
    case 'Candidate':
      return revision === candidate;
    case 'Stable':
      return revision !== candidate;
    default:
      return false;
  }
}

/** Requests a second: the newest traffic event that is under way decides. */
export const rpsAt = (usual: number, events: readonly Scheduled[], nowMs: number): number =>
  events.reduce((rps, scheduled) => {
    const strength = scheduled.event.on === 'Traffic' ? strengthAt(scheduled, nowMs) : 0;
    return strength === 0 ? rps : usual + (scheduled.event.rps! - usual) * strength;
  }, usual);
