import { describe, expect, test } from 'vitest';
import { oneIn } from '../whole.ts';
import { steadyrun as asProcess } from './cli.ts';
import { steadyrun } from './in-process.ts';

const policy = 'deploy/examples/minimal.yaml';
const scenario = 'deploy/examples/scenarios/healthy.yaml';
const noLab = ['--lab', 'http://127.0.0.1:1'];
const hour = ['--from', '2026-01-05T08:00:00Z', '--to', '2026-01-05T09:00:00Z'];
const ratio = ['--query', 'sum(rate(a{b="c"}[5m])) / sum(rate(a[5m]))', '--revision', 'r'];

describe.concurrent('the command without a process', () => {
  test.each(
    oneIn<readonly string[]>(3, [
      [],
      ['--help'],
      ['stauts'],
      ['run', '--workers', '0'],
      ['lab', 'truth', 'api', ...noLab],
      ['lab', '--history', 'nowhere.txt'],
      ['demo', '--speed', '0'],
      ['check', policy, 'nowhere.yaml', '--json'],
      ['generate', 'grafana', scenario],
      ['generate', 'rules', policy],
      ['rehearse', '--policy', policy, '--scenario', 'nowhere.yaml'],
      ['rewrite', ...ratio],
      ['rewrite', ...ratio, '--threshold', '3s'],
      ['import', 'sloth', 'nowhere.yaml', '--project', 'acme', '--region', 'europe-west1'],
      ['backtest', '--policy', policy, ...hour, '--prometheus', noLab[1]!],
      ['status', '--kubeconfig', '/nonexistent'],
      ['why', 'api', ...noLab],
    ]).map((words) => [words]),
  )('answers as the process does: %j', async (words) => {
    expect(await steadyrun(...words)).toEqual(await asProcess(...words));
  });
});
