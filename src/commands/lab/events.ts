/** What trouble there is in a lab, as a table. */
import { spoken } from '../../facts/time.ts';
import { tableFor } from '../../report/fit.ts';
import { eventFlags } from './flags.ts';
import { timeOfDay } from './words.ts';

export interface Posted {
  /** A lab of an older version has none. */
  readonly id?: number;
  readonly on: string;
  /** null: all of them. */
  readonly service: string | null;
  readonly starts: string;
  readonly forSeconds: number;
  readonly everySeconds?: number;
  /** When it was ended before its time. */
  readonly ended?: string;
  /** 0 to 1: how much of it is felt now. */
  readonly strength: number;
  readonly [does: string]: unknown;
}

export interface Events {
  readonly now: string;
  readonly events: readonly Posted[];
}

export function eventsTable(now: string, events: readonly Posted[]): string[] {
  if (events.length === 0)
    return [`Nothing but what revisions do of themselves, at ${timeOfDay(now)}.`, '', ...examples];
  const inOrder = events.toSorted((a, b) => a.starts.localeCompare(b.starts));
  const rows = inOrder.map((event) => [
    String(event.id ?? ''),
    event.on,
    event.service ?? 'all',
    doing(event),
    timeOfDay(event.starts),
    lasting(event),
    when(event, now),
  ]);
  const heading = ['ID', 'ON', 'SERVICE', 'WHAT', 'BEGINS', 'LASTS', `AT ${timeOfDay(now)}`];
  return tableFor(process.stdout, { heading, rows, names: 4, right: ['ID'] });
}

const examples = ['  npx steadyrun lab event Both api --errors 20 --for 10m', '  npx steadyrun lab event --help'];

/** In the words that would do it again. */
const doing = (event: Posted): string =>
  eventFlags
    .filter(
      ({ field, value }) =>
        !['at', 'for', 'every', 'ramp', 'jitter'].includes(field) && (value !== '' || event[field] === true),
    )
    .flatMap(({ field, flag, value }) =>
      event[field] === undefined ? [] : [value === '' ? flag : `${flag} ${shown(field, event[field])}`],
    )
    .join(' ');

/** A delay comes in milliseconds. */
const shown = (field: string, value: unknown): string =>
  field === 'delay' ? `${Number(value) / 1000}s` : String(value);

const lasting = ({ forSeconds, everySeconds }: Posted): string =>
  spoken(forSeconds * 1000) + (everySeconds === undefined ? '' : `, every ${spoken(everySeconds * 1000)}`);

function when({ strength, starts, forSeconds, everySeconds, ended }: Posted, now: string): string {
  if (ended !== undefined) return 'ended';
  if (strength === 1) return 'on';
  if (strength > 0) return `at ${Math.round(strength * 100)} %`;
  const isOver = Date.parse(now) >= Date.parse(starts) + forSeconds * 1000;
  return isOver && everySeconds === undefined ? 'over' : 'to come';
}
