/** The operator's parts: started in their order, closed in the opposite one, whatever happens in between. */
import { describe, expect, test } from 'vitest';
import { type EngineOptions, type Part, run } from '../../src/commands/run/engine.ts';

/** Parts that say what becomes of them. */
function playing(stop = new AbortController()) {
  const said: string[] = [];
  const part = (name: string, runs: Part['runs'], more: Partial<Part> = {}): Part => ({
    name,
    runs,
    start: async () => void said.push(`${name} up`),
    close: async () => void said.push(`${name} down`),
    ...more,
  });
  const play = (parts: readonly Part[], election: EngineOptions['election'] = null) =>
    run(parts, { election, stop: stop.signal, onTrouble: (name, error) => said.push(`${name}: ${error}`) });
  return { said, part, play, stop };
}

/** Elected so often, for a moment each time. */
const terms = (count: number, stop: AbortController): NonNullable<EngineOptions['election']> => ({
  async run(lead) {
    for (let term = 0; term < count; term++) {
      const lost = new AbortController();
      const led = lead(lost.signal);
      await Promise.resolve();
      lost.abort();
      await led;
    }
    stop.abort(new Error('stopped'));
  },
});

describe('the parts', () => {
  test('start in their order and are closed in the opposite one', async () => {
    const { said, part, play, stop } = playing();
    const done = play([part('a', 'Always'), part('b', 'Always'), part('c', 'WhileLeading')]);
    await new Promise(setImmediate);
    stop.abort(new Error('stopped'));
    await done;
    expect(said).toEqual(['a up', 'b up', 'c up', 'c down', 'b down', 'a down']);
  });

  test('that run while this process leads start anew each time, and end with the term', async () => {
    const { said, part, play, stop } = playing();
    const led = part('c', 'WhileLeading', { ended: () => new Promise(() => undefined) });
    await play([part('a', 'Always'), led], terms(2, stop));
    expect(said).toEqual(['a up', 'c up', 'c down', 'c up', 'c down', 'a down']);
  });

  test('that cannot start end those that were started, and nothing else is', async () => {
    const { said, part, play } = playing();
    const broken = part('b', 'Always', { start: () => Promise.reject(new Error('port 8080 is in use')) });
    await expect(play([part('a', 'Always'), broken, part('c', 'Always')])).rejects.toThrow('port 8080 is in use');
    expect(said).toEqual(['a up', 'b down', 'a down']);
  });

  test('that cannot be closed are told of, and stop no other from closing', async () => {
    const { said, part, play, stop } = playing();
    const broken = part('b', 'Always', { close: () => Promise.reject(new Error('stuck')) });
    const done = play([part('a', 'Always'), broken]);
    await new Promise(setImmediate);
    stop.abort(new Error('stopped'));
    await done;
    expect(said).toEqual(['a up', 'b up', 'b: Error: stuck', 'a down']);
  });

  test.each(['Always', 'WhileLeading'] as const)(
    '%s: one that fails on its way ends everything, with its failure',
    async (runs) => {
      const { said, part, play } = playing();
      const failing = part('b', runs, { ended: () => Promise.reject(new Error('a bug')) });
      await expect(play([part('a', 'Always'), failing])).rejects.toThrow('a bug');
      expect(said).toEqual(['a up', 'b up', 'b down', 'a down']);
    },
  );

  test('that are cut short in starting because all is to end have not failed, and no further one starts', async () => {
    const { said, part, play, stop } = playing();
    const waiting = part('b', 'Always', {
      start: () =>
        new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error))),
    });
    const done = play([part('a', 'Always'), waiting, part('c', 'WhileLeading')]);
    await new Promise(setImmediate);
    stop.abort(new Error('stopped'));
    await done;
    expect(said).toEqual(['a up', 'b down', 'a down']);
  });
});
