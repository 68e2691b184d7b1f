/** What is told of a pass, whatever becomes of its status: the way back is not silent because Kubernetes is away. */
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Pass } from '../../src/loop/pass.ts';
import { Conflict, OutcomeUnknown, Refused, Unavailable } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import { logging } from '../../src/report/listeners.ts';
import { replacing } from '../scenarios/replacing.ts';
import { adopted, ramping, type Stage, type StageOptions } from '../scenarios/stage.ts';

interface Line {
  readonly level: number;
  readonly action: string;
  readonly write?: string;
  readonly result?: string;
  readonly problem?: string;
}

const [info, warn] = [30, 40];

/** A candidate that fails, and the log beside it; `write` stands before Cloud Run's. */
async function failing(write: (real: Services, ...args: Parameters<Services['write']>) => Promise<void>, more = {}) {
  const lines: Line[] = [];
  const passes: Pass[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const tell = logging(log);
  const options: StageOptions = {
    services: (real) =>
      replacing(real, {
        write: (...args) => write(real, ...args),
      }),
    onPass(pass) {
      passes.push(pass);
      tell(pass);
    },
    ...more,
  };
  const played = await ramping(options, { LAB_ERROR_PERCENT: '100' });
  const of = (action: string) => lines.filter((line) => line.action === action);
  return { ...played, of, passes };
}

describe('a status that cannot be written', () => {
  test('loses nothing else: the rollback is done, people are told of it, the log and the passes say so', async () => {
    const { stage, stable, of, passes } = await failing((real, ...args) => real.write(...args));
    stage.policies.writeStatus = async () => {
      throw new Unavailable('Kubernetes answered 503');
    };
    const before = passes.length;
    for (let minute = 0; minute < 20 && stage.traffic !== `${stable}=100`; minute++) await stage.run(1);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(stage.policies.events.at(-1)).toMatchObject({ type: 'Warning', action: 'RollBack' });
    expect(of('RollBack')[0]).toMatchObject({ level: info, write: `${stable} 100 %` });
    expect(passes.slice(before).every(({ reported }) => !reported)).toBe(true);
    expect(passes.find(({ carried, said }) => said?.action === 'RollBack' && carried?.kind === 'Done')).toBeDefined();
  });
});

describe('while the status cannot be written for many looks', () => {
  async function unwritable(happens: (stage: Stage) => void) {
    let isAway = false;
    const { stage } = await adopted({
      services: (real) =>
        replacing(real, {
          async write(...args) {
            await real.write(...args);
            isAway = true;
          },
        }),
    });
    const { policies } = stage;
    const write = policies.writeStatus.bind(policies);
    policies.writeStatus = async (...args) => {
      if (isAway) throw new Unavailable('Kubernetes answered 503');
      return write(...args);
    };
    const before = policies.events.length;
    isAway = false;
    happens(stage);
    return {
      stage,
      told: () => stage.reasons().slice(before),
      away: (is: boolean) => {
        isAway = is;
      },
    };
  }

  test('a write that is done is told once', async () => {
    const { stage, told, away } = await unwritable((at) => void at.world.deploy('api'));
    await stage.run(5);
    expect(told()).toEqual(['NewRevision']);
    away(false);
    await stage.run(1);
    expect(told().filter((reason) => reason === 'NewRevision')).toHaveLength(1);
  });

  test('what is found is told once, and again when it comes anew', async () => {
    const { stage, told, away } = await unwritable(() => undefined);
    away(true);
    stage.annotate('paused', 'for lunch');
    await stage.run(5);
    expect(told()).toEqual(['Paused']);
    away(false);
    await stage.run(1);
    stage.annotate('paused', null);
    await stage.run(1);
    stage.annotate('paused', 'for dinner');
    await stage.run(1);
    expect(told()).toEqual(['Paused', 'Paused']);
  });
});

describe('the log of a write that was not done', () => {
  test.each([
    ['Refused', new Refused('Google refused: iam.serviceAccounts.actAs is missing.')],
    ['Unavailable', new Unavailable('Cloud Run answered 503')],
    ['OutcomeUnknown', new OutcomeUnknown('The connection was reset.')],
    ['ChangedMeanwhile', new Conflict('It changed since it was read.')],
    ['InternalError', new TypeError('a bug')],
  ])('says that it was not, and why: %s', async (result, error) => {
    let isFailing = false;
    const { stage, stable, of } = await failing(async (real, ...args) => {
      if (isFailing) throw error;
      return real.write(...args);
    });
    isFailing = true;
    await stage.run(20);
    expect(stage.traffic).not.toBe(`${stable}=100`);
    const [first] = of('RollBack');
    expect(first).toMatchObject({ level: warn, result, problem: error.message });
    expect(of('RollBack').filter(({ level }) => level !== warn)).toEqual([]);
    isFailing = false;
    await stage.run(5);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(of('RollBack').at(-1)).toMatchObject({ level: info, write: `${stable} 100 %` });
  });
});

describe('a write that was accepted and cannot be read back', () => {
  test.each([
    ['at once', null],
    ['after its answer was lost', new OutcomeUnknown('The connection was reset.')],
  ])('is said to be unknown, and never to have failed: %s', async (_, lost) => {
    let [isArmed, isAway] = [false, false];
    const away = () => {
      if (isAway) throw new Unavailable('Cloud Run answered 503');
    };
    const { stage, stable, of } = await failing(async () => {}, {
      services: (real: Services): Services =>
        replacing(real, {
          read: async (ref) => {
            away();
            return real.read(ref);
          },
          write: async (...args) => {
            await real.write(...args);
            if (isArmed) isAway = true;
            isArmed = false;
            if (isAway && lost) throw lost;
          },
        }),
    });
    const written = stage.writes.length;
    isArmed = true;
    await stage.until(() => isAway, 20);
    await stage.run(1);
    expect(stage.traffic).toBe(`${stable}=100`);
    expect(of('RollBack')[0]).toMatchObject({ level: warn, result: 'OutcomeUnknown' });
    expect(stage.reasons()).toContain('OutcomeUnknown');
    expect(stage.reasons()).not.toContain('NotCarriedOut');
    isAway = false;
    await stage.run(5);
    expect(stage.writes).toHaveLength(written + 1);
    expect(stage.status).toMatchObject({ phase: 'Steady', stable: { revision: stable, percent: 100 } });
  });
});

describe('a write that was sent, after which the service cannot be read', () => {
  test.each([
    ['its answer came', null, 60],
    ['its answer was lost', new OutcomeUnknown('The connection was reset.'), 60],
    ['it is seen soon', null, 10],
  ])('is not known to be done, and is told as done when it is seen: %s', async (_, lost, seconds) => {
    let isDark = false;
    const passes: Pass[] = [];
    const { stage } = await adopted({
      services: (real) =>
        replacing(real, {
          async read(ref) {
            if (isDark) throw new Unavailable('Cloud Run answered 503');
            return real.read(ref);
          },
          async write(...args) {
            await real.write(...args);
            isDark = stage.writes.length > 1;
            if (isDark && lost) throw lost;
          },
        }),
      onPass: (pass) => passes.push(pass),
    });
    const told = stage.policies.events.length;
    stage.world.deploy('api');
    await stage.until(() => isDark, 2);
    await stage.clock.advance(1000 * seconds);
    isDark = false;
    await stage.run(1);
    const begun = passes.find(({ said }) => said?.action === 'Start')!;
    expect(begun.failure).toMatchObject({
      reason: 'OutcomeUnknown',
      message: expect.stringContaining(lost ? 'reset' : 'answered 503'),
    });
    expect(stage.reasons().slice(told)).toEqual(seconds > 30 ? ['OutcomeUnknown', 'NewRevision'] : ['NewRevision']);
  });
});
