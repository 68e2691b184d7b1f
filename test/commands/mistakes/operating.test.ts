/** Mistakes that only show once the operator runs: what is said of them where people look, and that it helps. */
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { kubeconfigFor } from '../../../src/lab/doors/kubernetes.ts';
import { Lab } from '../../../src/lab/lab.ts';
import type { Condition } from '../../../src/status/condition.ts';
import { policy, TestCluster } from '../../kubernetes/cluster.ts';
import { type Running, start } from '../cli.ts';
import { logged } from '../places.ts';

let folder: string;
let cluster: TestCluster;
let kubeconfig: string;
let lab: Lab;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadyrun-operating-'));
  cluster = await TestCluster.start();
  kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(cluster.url));
  lab = await Lab.start({
    seed: 1,
    speed: 30,
    historyMs: 0,
    services: ['api', 'chat', 'web'].map((name) => ({ project: 'acme', region: 'europe-west1', name, rps: 10 })),
    // As Google answers who may see nothing of a project, or where there is none.
    cloudRunFaults: ({ path }) =>
      path.includes('/projects/acmee/') ? { kind: 'Answer', code: 403, status: 'PERMISSION_DENIED' } : undefined,
  });
});
afterAll(async () => {
  await cluster.stop();
  await lab.close();
  rmSync(folder, { recursive: true });
});

const conditionsOf = (name: string): readonly Condition[] => {
  const stored = cluster.door.policies.get('default', name) as
    | { readonly status?: { readonly conditions?: readonly Condition[] } }
    | undefined;
  return stored?.status?.conditions ?? [];
};
const ready = (name: string): Condition | undefined => conditionsOf(name).find(({ type }) => type === 'Ready');

const told = async (name: string): Promise<string> => {
  const { code, out } = await start(['status', name, '--kubeconfig', kubeconfig]).ended;
  expect(code).toBe(0);
  return out.replace(/\s+/g, ' ');
};

const elsewhere = 'Where another is meant, delete this policy and create one for it.';
const there = `nothing is guarded until it exists. What there is in any region is shown by: gcloud run services list --project acme. ${elsewhere}`;

describe('A policy', () => {
  let operator: Running;
  beforeAll(() => {
    operator = start(['run', '--lab', lab.description.url, '--kubeconfig', kubeconfig]);
  });
  afterAll(async () => {
    operator.process.kill('SIGTERM');
    await operator.ended;
  });

  test.each([
    {
      what: 'a service that does not exist',
      name: 'api',
      wrong: { project: 'acme', region: 'europe-west1', name: 'apii' },
      says: `Cloud Run has no projects/acme/locations/europe-west1/services/apii: ${there}`,
    },
    {
      what: 'the wrong region',
      name: 'chat',
      wrong: { project: 'acme', region: 'europe-west4', name: 'chat' },
      says: `Cloud Run has no projects/acme/locations/europe-west4/services/chat: ${there}`,
    },
    {
      what: 'the wrong project',
      name: 'web',
      wrong: { project: 'acmee', region: 'europe-west1', name: 'web' },
      says: 'Could not read service web in acmee/europe-west1: PERMISSION_DENIED, "the lab was told to fail". Grant the operator\'s identity run.services.get. Google says the same where the project or the region of spec.service is not the one that is meant.',
    },
  ])('of $what is told in its condition, by status and in the log', async ({ name, wrong, says }) => {
    cluster.door.policies.put(policy(name, { service: wrong }));
    await vi.waitUntil(() => ready(name)?.status === 'False', { timeout: 60_000 });
    expect(ready(name)!.message).toBe(says);
    expect(await told(name)).toContain(says);
    await vi.waitUntil(() => logged(operator.err).some((line) => [line.message, line.problem].includes(says)));
    cluster.door.policies.delete('default', name);
    cluster.door.policies.put(policy(name));
    await vi.waitUntil(() => ready(name)?.status === 'True', { timeout: 60_000 });
  });
});

describe('An operator without Google credentials', () => {
  const noGoogle = { GCE_METADATA_HOST: '127.0.0.1:1' };
  const usual =
    "In the cluster, check the Workload Identity binding of the operator's service account; elsewhere, run gcloud auth application-default login.";
  const without = 'To try it without Google: steadyrun lab, and run with --lab and its address.';
  const named = 'GOOGLE_APPLICATION_CREDENTIALS names';

  test.each([
    {
      what: 'has found none anywhere',
      text: null,
      says: (_: string) =>
        `GOOGLE_APPLICATION_CREDENTIALS names no file, gcloud has left none, and there is no metadata server. ${usual}`,
    },
    {
      what: 'has a file named that is not there',
      text: undefined,
      says: (file: string) =>
        `${named} ${file}, which is no file: correct it, or unset it and run gcloud auth application-default login.`,
    },
    {
      what: 'has a file named that is no JSON',
      text: 'hello',
      says: (file: string) =>
        `${named} ${file}, which holds no credentials: name a file that does, or unset it and run gcloud auth application-default login.`,
    },
  ])('that $what says so, once, on /readyz too; status points there', async ({ what, text, says }) => {
    const file = join(folder, `${what.replaceAll(' ', '-')}.json`);
    if (typeof text === 'string') await writeFile(file, text);
    const env = {
      ...{ ...noGoogle, HOME: folder, CLOUDSDK_CONFIG: join(folder, 'gcloud') },
      ...(text !== null && { GOOGLE_APPLICATION_CREDENTIALS: file }),
    };
    cluster.door.policies.put(policy('unseen'));
    const args = ['run', '--kubeconfig', kubeconfig, '--metrics-port', '0', '--log-level', 'debug'];
    const operator = start(args, undefined, env);
    const expected = `No Google credentials yet: ${says(file)} ${without}`;
    const lines = () => logged(operator.err).filter(({ message }) => message.startsWith('No Google credentials'));
    // The second try says the same, for whoever debugs.
    await vi.waitUntil(() => lines().length >= 2, { timeout: 60_000 });
    expect(lines().map(({ severity, message }) => ({ severity, message }))).toEqual([
      { severity: 'WARNING', message: expected },
      ...lines()
        .slice(1)
        .map(() => ({ severity: 'DEBUG', message: expected })),
    ]);
    expect(
      logged(operator.err).filter(({ severity }) => ['WARNING', 'ERROR', 'CRITICAL'].includes(severity)),
    ).toHaveLength(1);
    const { metricsPort } = logged(operator.err)[0] as unknown as { metricsPort: number };
    expect(await (await fetch(`http://127.0.0.1:${metricsPort}/readyz`)).text()).toContain(expected);
    expect(await told('unseen')).toContain(
      'next looked at as soon as an operator runs; one that does says in its log what it waits for',
    );
    operator.process.kill('SIGTERM');
    expect((await operator.ended).code).toBe(0);
  });
});

describe('where lab env told the shell of a lab', () => {
  const env = () => ({ STEADYRUN_LAB: lab.description.url, KUBECONFIG: lab.description.kubeconfig });

  test.each([
    ['', env],
    [', also without KUBECONFIG', () => ({ ...env(), KUBECONFIG: '' })],
  ])('run works in it, and says so%s', async (_, given) => {
    const operator = start(['run'], undefined, given());
    await operator.printed(/"metricsPort":\d+/);
    operator.process.kill('SIGTERM');
    const { code, err } = await operator.ended;
    expect(code).toBe(0);
    expect(logged(err).slice(0, 2)).toEqual([
      expect.objectContaining({
        severity: 'INFO',
        message: 'STEADYRUN_LAB names this lab: it is taken as by --lab; unset it to work elsewhere',
        lab: lab.description.url,
      }),
      expect.objectContaining({ message: 'started', lab: lab.description.url }),
    ]);
  });

  test('run asks which is meant where the shell has turned to another cluster since', async () => {
    const { code, out, err } = await start(['run'], undefined, { ...env(), KUBECONFIG: kubeconfig }).ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      `steadyrun: STEADYRUN_LAB names the lab at ${lab.description.url}, and KUBECONFIG another cluster: say which is meant, with --lab ${lab.description.url} or with --kubeconfig ${kubeconfig}\n`,
    );
  });

  test('run does not go on without it where it has gone', async () => {
    const { code, err } = await start(['run'], undefined, { ...env(), STEADYRUN_LAB: 'http://127.0.0.1:1' }).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^steadyrun: no lab answers at http:\/\/127\.0\.0\.1:1\/;.*; STEADYRUN_LAB says so.*\n$/);
  });

  test('run with a kubeconfig works in that cluster and not in the lab', async () => {
    const args = ['run', '--kubeconfig', kubeconfig, '--metrics-port', '0'];
    const operator = start(args, undefined, { ...env(), GCE_METADATA_HOST: '127.0.0.1:1', HOME: folder });
    await operator.printed(/No Google credentials/);
    operator.process.kill('SIGTERM');
    expect((await operator.ended).err).not.toContain('STEADYRUN_LAB');
  });
});
