/** Scenarios as files: what is wrong with one is told with its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readScenario } from '../../src/scenario/read.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array): string {
  const path = join(folder, 'a.yaml');
  writeFileSync(path, content);
  return path;
}

const head = 'name: a\ntruth: Good\n';
const bomb = `${head}events: &a [x,x,x,x,x,x,x,x,x]
stable: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
candidate: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
noise: [*c,*c,*c,*c,*c,*c,*c,*c]
`;
const noAliases = 'write the values out instead of using aliases';

describe('the file of a scenario', () => {
  test('may begin with a byte order mark, be JSON, and use aliases', async () => {
    for (const text of [`\ufeff${head}`, '{"name": "a", "truth": "Good"}', `${head}stable: &s {}\ncandidate: *s\n`]) {
      expect(await readScenario(file(text))).toMatchObject({ name: 'a', truth: 'Good' });
    }
  });

  test('may say on whom an event is, in the word that YAML 1.1 took for true', async () => {
    const text = `${head}events: [{at: 1m, for: 1m, on: Both, errorPercent: 1}]\n`;
    expect((await readScenario(file(text))).events).toMatchObject([{ on: 'Both' }]);
  });

  test.each([
    ['no content', '# nothing yet\n', ' holds no scenario: write its name and its truth at least'],
    ['text', 'just text', ':1:1: must be a mapping, not "just text"'],
    ['a list', '- name: a\n', ':1:1: must be a mapping, not a list'],
    ['two scenarios', `${head}---\n${head}`, ' holds 2 scenarios: give a file that holds one'],
    ['a wrong value', `${head}stable:\n  errorPercent: "5"\n`, ':4:17: stable.errorPercent: must be a number, not "5"'],
    ['an unknown field', `${head}horizen: 1h\n`, ':3:1: horizen: there is no such field; did you mean horizon?'],
    [
      'two of them',
      `${head}horizen: 1h\nclusters: 2\n`,
      ':3:1: horizen: there is no such field; did you mean horizon?; PATH:4:1: clusters: there is no such field; there are name, truth, horizon, tick, metricsDelay, traffic, stable, candidate, events, noise, deployEvery',
    ],
    ['a missing field', 'name: a\n', ':1:1: truth: is required'],
    [
      'an unknown field of an event',
      `${head}events: [{at: 1m, for: 1m, on: Stable, erorPercent: 5, errorPercent: 5}]\n`,
      ':3:40: events[0].erorPercent: there is no such field; did you mean errorPercent?',
    ],
    [
      'an unknown field of the noise',
      `${head}noise: {spells: {perDay: 1, lengthMinutes: {p50: 1, p95: 2, p90: 2, max: 3}, peakErrorPercent: {p50: 1, p90: 2}}}\n`,
      ':3:53: noise.spells.lengthMinutes.p95: there is no such field; did you mean p90?',
    ],
    ['a policy', 'kind: SLOPolicy\nspec: {}\n', ':1:1: is a policy, and no scenario; give it to --policy'],
    [
      'a recording',
      '{"status":"success","data":{"resultType":"matrix","result":[]}}{"status":',
      ':1:1: is a recording of metrics, and no scenario; run steadyrun backtest --policy POLICY --from T --to T --export PATH',
    ],
    [
      'another object',
      'apiVersion: v1\nkind: Service\n',
      ':1:1: is a Service, and no scenario; give a file that holds a policy',
    ],
    ['a field twice', `${head}truth: Bad\n`, ':3:1: truth: the key truth is there twice; keep one of the two'],
    [
      'tabs',
      `name: a\n\ttruth: Good\n`,
      ':2:1: is not valid YAML: tabs are not allowed as indentation; indent with spaces',
    ],
    ['an alias of nothing', `${head}stable: *s\n`, `:1:1: uses an alias that has no anchor before it; ${noAliases}`],
    [
      'an alias of what is around it',
      `${head}stable: &s {overload: *s}\n`,
      `:3:23: holds itself by an alias; ${noAliases}`,
    ],
    ['aliases of aliases of aliases', bomb, `:1:1: uses aliases that unfold into too many values; ${noAliases}`],
    ['a picture', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1), ': is binary, not text; give YAML or JSON in UTF-8'],
    ['text in Latin 1', Uint8Array.of(0x6e, 0xe9), ': is not UTF-8 text; give YAML or JSON in UTF-8'],
    ['more than people write', '#'.repeat(2 ** 20 + 1), ': is larger than 1 MiB; a scenario has a few lines'],
  ])('with %s is refused, with its place', async (_, content, words) => {
    const path = file(content);
    await expect(readScenario(path)).rejects.toThrow(
      expect.objectContaining({ message: `${path}${words.replaceAll('PATH', path)}` }),
    );
  });
});
