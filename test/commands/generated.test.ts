/** `steadyrun generate grafana | dashboard | monitoring | runbook`, as somebody runs it in a pipeline. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse as parseYaml, stringify } from 'yaml';
import { steadyrun } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'steadyrun-generate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, spec: object = {}): string {
  const path = join(folder, `${name}.yaml`);
  const objectives = [{ name: 'availability', targetPercent: 99.9 }];
  const service = { project: 'acme', region: 'europe-west1', name };
  const policy = { apiVersion: 'steadyrun.dev/v1alpha1', kind: 'SLOPolicy', metadata: { name } };
  writeFileSync(path, stringify({ ...policy, spec: { service, objectives, ...spec } }));
  return path;
}

const api = file('api', { generate: { runbookUrl: 'https://runbooks.example.com/api.md' } });
const chat = file('chat', { metrics: { type: 'Prometheus', address: 'http://prometheus:9090' } });
const broken = file('broken', { objectives: [{ name: 'availability', targetPercent: 0.999 }] });

const whats = ['grafana', 'dashboard', 'monitoring', 'runbook'] as const;

describe('steadyrun generate', () => {
  test.each([
    ['grafana', (text: string) => parseYaml(text)],
    ['dashboard', (text: string) => JSON.parse(text)],
    ['monitoring', (text: string) => JSON.parse(text)],
    ['runbook', (text: string) => expect(text).toMatch(/^# Runbook: api\n/)],
  ])('%s prints one document for several policies', async (what, read) => {
    const { code, out } = await steadyrun('generate', what, api, chat);
    expect(code).toBe(0);
    expect(() => read(out)).not.toThrow();
    expect(out).toContain('chat');
  });

  test.each(whats)('%s prints nothing but what is wrong, where anything is', async (what) => {
    const { code, out, err } = await steadyrun('generate', what, api, broken);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`${broken}:`);
    expect(err).toContain('spec.objectives[0].targetPercent');
  });

  test.each(whats)('%s says which file there is not', async (what) => {
    const { code, out, err } = await steadyrun('generate', what, join(folder, 'none.yaml'));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('there is no such file');
  });

  test('grafana asks the data source that is named', async () => {
    const { out } = await steadyrun('generate', 'grafana', api, '--datasource-uid', 'PBFA97CFB590B2093');
    const { groups } = parseYaml(out) as { groups: { rules: { data: { datasourceUid: string }[] }[] }[] };
    expect(groups[0]!.rules[0]!.data[0]!.datasourceUid).toBe('PBFA97CFB590B2093');
  });

  test('monitoring says what Cloud Monitoring cannot see', async () => {
    const { code, err } = await steadyrun('generate', 'monitoring', api, chat);
    expect(code).toBe(0);
    expect(err).toMatch(/^default\/chat: its metrics are at http:\/\/prometheus:9090: Cloud Monitoring sees /);
  });
});
