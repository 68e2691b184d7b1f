/** `steadyrun lab event`: trouble for the world as it is, or what trouble there is. */
import { closest, didYouMean } from '../../policy/suggest.ts';
import { asked, type LabChoice, labOf } from './door.ts';
import { type Events, eventsTable } from './events.ts';
import { type EventFlag, eventFlags, eventTargets } from './flags.ts';
import { timeOfDay } from './words.ts';

/** The values of the flags by the fields of an event that they stand for, as they were typed. */
export interface EventOptions extends LabChoice {
  readonly fields: Readonly<Record<string, string | boolean>>;
  readonly json: boolean;
}

const usualLength = '10m';
/** What is seen is one for all. */
const forAll: readonly string[] = ['Metrics', 'Logs'];

export async function labEvent(
  on: string | undefined,
  service: string | undefined,
  options: EventOptions,
): Promise<number> {
  if (on === undefined) return listed(options);
  if (on.toLowerCase() === 'end') return ended(service, options);
  const target = targetOf(on);
  if (service !== undefined && forAll.includes(target))
    throw new Error(`${target} meets all services at once: leave out ${service}`);
  const event = {
    for: usualLength,
    ...valuesOf(options.fields),
    on: target,
    ...(service !== undefined && { service }),
  };
  const lab = await labOf(options);
  try {
    const posted = await asked<{ readonly id?: number; readonly starts: string }>(lab, '/lab/v1/events', {
      at: '0s',
      ...event,
    });
    const sentence = `It meets ${service ?? 'all services'}, begins at ${timeOfDay(posted.starts)} of the lab's clock and lasts ${event.for}.`;
    const end = posted.id === undefined ? '' : ` To end it before: npx steadyrun lab event end ${posted.id}`;
    process.stdout.write(options.json ? `${JSON.stringify(posted)}\n` : `${sentence}${end}\n`);
    return 0;
  } catch (error) {
    throw new Error(inFlags(error instanceof Error ? error.message : String(error)), { cause: error });
  }
}

/** `which`: an event's number, or all. */
async function ended(which: string | undefined, options: EventOptions): Promise<number> {
  const [flag] = eventFlags.filter(({ field }) => options.fields[field] !== undefined);
  if (flag) throw new Error(`${flag.flag}: says nothing of an end; leave it out`);
  const isAll = which?.toLowerCase() === 'all';
  if (!isAll && !/^\d+$/.test(which ?? ''))
    throw new Error(
      'say which event ends, by its ID, or all of them: npx steadyrun lab event end all; lab event has the IDs',
    );
  const id = isAll ? 'all' : Number(which);
  const answer = await asked<{ readonly now: string; readonly ended: readonly number[] }>(
    await labOf(options),
    '/lab/v1/events/end',
    { id },
  );
  const named = answer.ended.length === 1 ? `event ${answer.ended[0]}` : `events ${answer.ended.join(', ')}`;
  const nothing = isAll ? 'There was nothing to end.' : `Event ${which} is over already.`;
  const sentence = answer.ended.length === 0 ? nothing : `Ended at ${timeOfDay(answer.now)}: ${named}.`;
  process.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : `${sentence}\n`);
  return 0;
}

async function listed(options: EventOptions): Promise<number> {
  const [flag] = eventFlags.filter(({ field }) => options.fields[field] !== undefined);
  if (flag) throw new Error(`${flag.flag}: say whom it meets, as in: npx steadyrun lab event Both api --errors 20`);
  const { now, events } = await asked<Events>(await labOf(options), '/lab/v1/events');
  const text = options.json ? JSON.stringify({ now, events }) : eventsTable(now, events).join('\n');
  process.stdout.write(`${text}\n`);
  return 0;
}

function targetOf(word: string): string {
  const known = eventTargets.map(([on]) => on);
  const found = known.find((on) => on.toLowerCase() === word.toLowerCase());
  if (found !== undefined) return found;
  const meant = closest(word, known);
  throw new Error(
    `an event meets ${known.join(', ')}, not ${word}${meant === undefined ? '' : `: ${didYouMean(meant)}`}`,
  );
}

/** Numbers as numbers; the rest is text, and the lab says what is wrong with it. */
function valuesOf(fields: EventOptions['fields']): Readonly<Record<string, string | number | boolean>> {
  const isNumber = ({ field, value }: EventFlag) =>
    value !== '' && value !== '<duration>' && /^\s*-?[\d.]+\s*$/.test(String(fields[field]));
  const given = eventFlags.filter(({ field }) => fields[field] !== undefined);
  return Object.fromEntries(
    given.map((flag) => [flag.field, isNumber(flag) ? Number(fields[flag.field]) : fields[flag.field]!]),
  );
}

/** The lab speaks of an event's fields, at the beginning of a line and where it lists them; who typed flags knows those. */
const inFlags = (message: string): string =>
  message
    .replace(/^\w+(?=:)/gm, flagOf)
    .replace(/(?<=takes |one of )[\w, ]+$/gm, (names) => names.split(', ').map(flagOf).join(', '));

const flagOf = (field: string): string => eventFlags.find((one) => one.field === field)?.flag ?? field;
