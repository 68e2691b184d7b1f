/** `steadyrun rehearse --tuning`, as a user types it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { steadyrun } from './cli.ts';

const policy = 'deploy/examples/minimal.yaml';

function written(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tuning-')), 'services.yaml');
  writeFileSync(file, text);
  return file;
}

const services = written(`
- {project: acme, region: europe-west1, name: quiet, rps: 20}
- {project: acme, region: europe-west1, name: low, rps: 200, env: {LAB_CPU_MS_PER_REQUEST: 20}, template: {maxInstances: 3}}
- {project: acme, region: europe-west1, name: heavy, rps: 200, env: {LAB_MEMORY_MIB: 180/6, LAB_LATENCY_MS: 900/1500/2000}}
`);

const rehearsed = (...args: string[]) => steadyrun('rehearse', '--tuning', '--policy', policy, '--days', '1', ...args);

describe('rehearse --tuning', () => {
  test('prints a line a service and controller, the same bytes for the same seed on any number of threads', async () => {
    const args = ['--services', services, '--seed', '5', '--json'];
    const one = await rehearsed(...args, '--jobs', '1');
    const two = await rehearsed(...args, '--jobs', '2');
    expect(one.code).toBe(0);
    expect(two.out).toBe(one.out);
    const lines = one.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(Object.keys(lines[0])).toEqual([
      'service',
      'controller',
      'saturatedPercent',
      'sloMissPercent',
      'failedPercent',
      'instanceHours',
      'revisions',
      'harmed',
    ]);
    const of = (name: string) => lines.filter(({ service }) => service === name);
    expect(lines.map(({ controller }) => controller).slice(0, 3)).toEqual(['untuned', 'ServiceLevel', 'Auto']);
    const [left, , quiet] = of('quiet');
    expect(quiet).toEqual({ ...left, controller: 'Auto' });
    const [refusing, raised] = of('low');
    expect(refusing.failedPercent).toBeGreaterThan(10);
    expect(raised.failedPercent).toBeLessThan(1);
    const [dying, helpless, saved] = of('heavy');
    expect(helpless.saturatedPercent).toBeGreaterThan(50);
    expect(saved.saturatedPercent).toBeLessThan(dying.saturatedPercent / 5);
    expect(saved.revisions).toBeGreaterThan(0);
  });

  test('prints a table for people, and what would have to be declared', async () => {
    const { code, out } = await rehearsed('--services', services);
    expect(code).toBe(0);
    expect(out).toContain('SERVICE  CONTROLLER');
    expect(out).toContain('1 day each, means of 3 runs, seed 1.');
    expect(out).toContain('tuning.connections is not written');
  });

  test.each<[string, string[], number, string]>([
    ['no services', [], 2, "required option '--services <file>' not specified"],
    [
      'scenarios, too',
      ['--services', services, '--scenario', 'x'],
      2,
      "'--scenario <file>' cannot be used with --tuning",
    ],
    ['no such file', ['--services', 'nowhere.yaml'], 1, 'nowhere.yaml: there is no such file'],
    ['an impossible service', ['--services', written('- {name: api}')], 1, '[0].project'],
  ])('%s: says so', async (_, args, code, sentence) => {
    const refused = await rehearsed(...args);
    expect(refused.code).toBe(code);
    expect(refused.err).toContain(sentence);
  });
});
