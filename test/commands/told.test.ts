/**
 * One person asks `steadyrun why`, another reads the event in kubectl, a third the operator's log: they read the same
 * sentence, and it is whole. So it is for every act of the demo that evidence decides.
 */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Act, acts, Scene } from '../../src/commands/demo/acts.ts';
import { why } from '../../src/commands/status.ts';
import type { Status } from '../../src/status/status.ts';
import { type OneProcess, startInOneProcess } from './one-process.ts';
import { Recording } from './recording.ts';

/** What an act is decided by, and what comes next. */
const decisions: Readonly<Record<string, { action: string; reason: string; next: (name: Revisions) => string }>> = {
  healthy: {
    action: 'Promote',
    reason: 'WatchPassed',
    next: ({ stable }) => `It gets all of the traffic; ${stable} is remembered as last good.`,
  },
  'bad-deploy': {
    action: 'RollBack',
    reason: 'ErrorRateRegression',
    next: ({ stable, candidate }) =>
      `All traffic goes back to ${stable}; ${candidate} stays rejected until it is retried.`,
  },
  'shared-outage': {
    action: 'Hold',
    reason: 'SharedOutage',
    next: () => 'The rollout goes on when it is over.',
  },
};

interface Revisions {
  readonly stable: string;
  readonly candidate: string;
}

interface Told {
  readonly revisions: Revisions;
  readonly objectives: NonNullable<Status['objectives']>;
  /** The decision's sentence in each place, as often as it stands there. */
  readonly places: { readonly why: string[]; readonly event: string[]; readonly log: string[] };
}

let world: OneProcess;
/** The act that README shows. */
const recorded = 'bad-deploy';
const recording = new Recording(recorded);
const told = new Map<string, Told>();
const decided = acts.filter(({ name }) => name in decisions);

beforeAll(async () => {
  const services = decided.map(({ name }) => ({ project: 'acme', region: 'europe-west1', name, rps: 100 }));
  world = await startInOneProcess(services, Date.parse('2026-01-05T08:00:00Z'));
  const playing = decided.map((act) => ({ act, scene: new Scene(world.lab, act.name, new AbortController().signal) }));
  let over = false;
  const outcomes = Promise.all(playing.map(({ act, scene }) => act.play(scene))).finally(() => {
    over = true;
  });
  const shown = playing.find(({ act }) => act.name === recorded)!;
  while (!over) {
    await world.clock.advance(5_000);
    recording.look(shown.scene.status, world.clock.nowMs());
    for (const { act, scene } of playing) if (!told.has(act.name)) await listen(act, scene);
  }
  expect(await outcomes).toEqual(decided.map(({ expected }) => expected));
}, 60_000);

afterAll(async () => {
  expect(await world.end()).toBe(0);
});

/** At the moment of its decision: what is read later tells of later counts. */
async function listen({ name }: Act, { status, candidate }: Scene): Promise<void> {
  const { action, reason } = decisions[name]!;
  if (status.decision?.action !== action || status.decision.reason !== reason) return;
  told.set(name, {
    revisions: { stable: `${name}-00001-aaa`, candidate: candidate! },
    objectives: status.objectives!,
    places: {
      why: [await whyText(name)],
      event: (await events(name)).filter((event) => event.reason === reason).map(({ message }) => message),
      log: world.log
        .filter((line) => line.policy === `default/${name}` && line.reason === reason)
        .map(({ message }) => message),
    },
  });
}

/** The paragraph under "why", in one line. */
async function whyText(name: string): Promise<string> {
  const out: string[] = [];
  const io = { stdout: { write: (text: string) => out.push(text) }, stderr: process.stderr };
  expect(await why(name, { lab: world.lab.description.url, json: false }, io)).toBe(0);
  const [, paragraph] = /^why {4}(.*?)\n(?:error|did) /ms.exec(out.join(''))!;
  return paragraph!.replaceAll(/\n +/g, ' ');
}

interface Event {
  readonly involvedObject: { readonly name: string };
  readonly reason: string;
  readonly message: string;
}

/** As `kubectl describe` asks for them. */
async function events(name: string): Promise<Event[]> {
  const response = await fetch(`${world.lab.description.kubernetes}/api/v1/namespaces/default/events`);
  const { items } = (await response.json()) as { items: Event[] };
  return items.filter(({ involvedObject }) => involvedObject.name === name);
}

test('README shows what seed 1 gives of a bad deploy, and what status says of it', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`\n${recording.log()}\`\`\`\n`);
  expect(readme).toContain(`\`\`\`\n${recording.story()}\`\`\`\n`);
});

test('evidence decides every act but the one in which a person does; the one that is tuned is decided as the healthy one', () => {
  const others = ['by-hand', 'over-80'];
  expect(decided.map(({ name }) => name)).toEqual(
    acts.map(({ name }) => name).filter((name) => !others.includes(name)),
  );
});

describe.each(decided)('of $title', ({ name }) => {
  test('why, the event and the log tell the same sentence', () => {
    const { places } = told.get(name)!;
    expect(places).toEqual({ why: places.why, event: places.why, log: places.why });
  });

  test('the sentence names the objective, its counts beside those of stable, what is allowed, the odds, and what comes next', () => {
    const { revisions, objectives, places } = told.get(name)!;
    const [sentence] = places.why;
    const { stable, candidate } = revisions;
    const [deciding] = objectives.toSorted((a, b) => b.odds - a.odds);
    const { candidatePercent, candidateTotal, stablePercent, stableTotal, limitPercent, odds } = deciding!;
    expect(sentence).toContain(
      `${deciding!.name}: ${counts(candidatePercent!, candidateTotal)} bad on ${candidate}, ` +
        `${counts(stablePercent!, stableTotal)} on ${stable}, ${limitPercent} % allowed (odds ${against(odds)})`,
    );
    expect(sentence).toMatch(new RegExp(` ${decisions[name]!.next(revisions)}$`));
  });
});

const counts = (percent: number, total: number): string => `${digits(percent, 3)} % of ${digits(total, 21)}`;
const against = (odds: number): string => (odds < 1.5 ? 'even' : `${digits(odds, 2)}:1`);
const digits = (value: number, most: number): string =>
  value.toLocaleString('en-US', { maximumSignificantDigits: most });
