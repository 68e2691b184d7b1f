/** The lab's API server as people meet it: through kubectl. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { monotonicClock } from '../../src/kubernetes/leader/monotonic.ts';
import { EventRecorder } from '../../src/kubernetes/policies/events.ts';
import { SloPolicies } from '../../src/kubernetes/policies/slopolicies.ts';
import { kubeconfigFor } from '../../src/lab/doors/kubernetes.ts';
import { policy, TestCluster } from '../kubernetes/cluster.ts';

const run = promisify(execFile);
const hasKubectl = await run('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
);

describe('kubectl', () => {
  let cluster: TestCluster;
  let folder: string;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    cluster = await TestCluster.start();
    folder = mkdtempSync(join(tmpdir(), 'steadyrun-kubectl-'));
    writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor(cluster.url));
    // A home of its own, for kubectl's cache of what a server offers.
    environment = { PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') };
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run('kubectl', args, { env: environment, timeout: 100_000 });
    return stdout + stderr;
  };
  const refused = async (...args: string[]): Promise<string> => {
    const failure = await kubectl(...args).then(
      (output) => expect.fail(`kubectl ${args.join(' ')} succeeded: ${output}`),
      (error: { stderr: string }) => error,
    );
    return failure.stderr;
  };
  const manifest = (name: string, change = {}): string => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, stringify(policy(name, change)));
    return file;
  };

  const smoke = (name: string, body: () => Promise<void>): void =>
    test(name, { timeout: 120_000 }, async ({ skip }) => {
      if (!hasKubectl) skip('kubectl is not on the PATH: https://kubernetes.io/docs/tasks/tools/');
      await body();
    });

  smoke('creates, shows, changes and deletes a policy', async () => {
    expect(await kubectl('apply', '-f', manifest('api'))).toContain('slopolicy.steadyrun.dev/api created');
    expect(await kubectl('get', 'slopolicies')).toMatch(/NAME\s+SERVICE\s+PHASE.*\napi\s+api\s/);
    expect(await kubectl('get', 'slo', 'api', '-o', 'wide')).toMatch(/READY/);
    expect(await kubectl('get', 'slo', 'api', '-o', 'jsonpath={.spec.mode}')).toBe('Enforce');
    expect(await kubectl('apply', '-f', manifest('api', { mode: 'Observe' }))).toContain('configured');
    expect(await kubectl('get', 'slo', 'api', '-o', 'jsonpath={.spec.mode} {.metadata.generation}')).toBe('Observe 2');
    expect(await kubectl('patch', 'slo', 'api', '--type=merge', '-p', '{"spec":{"mode":"Enforce"}}')).toContain(
      'patched',
    );
    expect(await kubectl('delete', 'slo', 'api')).toContain('deleted');
    expect(await kubectl('get', 'slo')).toContain('No resources found');
  });

  smoke('says what is wrong with a policy', async () => {
    expect(await refused('apply', '-f', manifest('bad', { objectives: [] }))).toMatch(
      /SLOPolicy.*"bad" is invalid: .*spec.objectives/s,
    );
    expect(await refused('apply', '-f', manifest('typo', { sevice: 'x' }))).toContain('unknown field "spec.sevice"');
    expect(await refused('get', 'slo', 'nobody')).toContain('slopolicies.steadyrun.dev "nobody" not found');
  });

  smoke('applies on the server’s side, also what it had applied on its own', async () => {
    await kubectl('apply', '-f', manifest('ssa'));
    expect(await kubectl('apply', '--server-side', '-f', manifest('ssa'))).toContain('serverside-applied');
    expect(await kubectl('apply', '--server-side', '-f', manifest('ssa', { mode: 'Observe' }))).toContain(
      'serverside-applied',
    );
    expect(await kubectl('get', 'slo', 'ssa', '-o', 'jsonpath={.spec.mode}')).toBe('Observe');
  });

  smoke('asks something of the operator by annotation', async () => {
    await kubectl('apply', '-f', manifest('asked'));
    await kubectl('annotate', 'slo', 'asked', 'steadyrun.dev/promote=api-00002-xyz');
    expect(cluster.door.policies.get('default', 'asked')?.metadata.annotations).toHaveProperty(
      'steadyrun.dev/promote',
      'api-00002-xyz',
    );
    await kubectl('annotate', 'slo', 'asked', 'steadyrun.dev/promote-');
    expect(cluster.door.policies.get('default', 'asked')?.metadata.annotations).not.toHaveProperty(
      'steadyrun.dev/promote',
    );
  });

  smoke('waits for a condition, and describes a policy with its events', async () => {
    await kubectl('apply', '-f', manifest('told'));
    const config = cluster.config();
    const api = new SloPolicies(config);
    const key = { namespace: 'default', name: 'told' };
    const waiting = kubectl('wait', '--for=condition=Ready', 'slo/told', '--timeout=60s');
    const stored = (await api.get(key))!;
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Adopted',
      message: 'Guarded.',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    } as const;
    await api.applyStatus(stored, { phase: 'Steady', conditions: [condition] });
    expect(await waiting).toContain('slopolicy.steadyrun.dev/told condition met');
    const recorder = new EventRecorder({
      config,
      instance: 'steadyrun-0',
      clock: monotonicClock,
      wallMs: Date.now,
      onFailure: (message) => expect.fail(message),
    });
    await recorder.record(
      { key, uid: stored.metadata.uid },
      { type: 'Warning', reason: 'RolledBack', action: 'RollBack', message: 'Too many errors.' },
    );
    const description = await kubectl('describe', 'slo', 'told');
    expect(description).toMatch(/Phase:\s+Steady/);
    expect(description).toMatch(/Warning\s+RolledBack\s+\S+\s+steadyrun\.dev\/steadyrun\s+Too many errors\./);
    const events = await kubectl('get', 'events');
    expect(events).toMatch(/LAST SEEN\s+TYPE\s+REASON\s+OBJECT\s+MESSAGE\n/);
    expect(events).toMatch(/Warning\s+RolledBack\s+slopolicy\/told\s+Too many errors\./);
    expect(await kubectl('events', '--for', 'slopolicy/told')).toMatch(/RolledBack\s+SLOPolicy\/told/);
    expect(await kubectl('get', 'events', '-o', 'wide')).toMatch(/steadyrun\.dev\/steadyrun/);
    expect(await kubectl('get', 'slo', 'told')).toContain('Steady');
    await recorder.record(
      { key, uid: stored.metadata.uid },
      { type: 'Normal', reason: 'Adopted', action: 'Pin', message: 'Adopted anew.' },
    );
    const sorted = await kubectl('get', 'events', '--sort-by=.reason');
    expect(sorted).toMatch(/Adopted anew\.\n.*Too many errors\./);
    expect(await kubectl('get', 'events', '--sort-by=.lastTimestamp')).toMatch(/Too many errors\.\n.*Adopted anew\./);
  });

  smoke('explains the fields of a policy', async () => {
    expect(await kubectl('explain', 'slopolicy')).toMatch(/keeps one Cloud Run service.*spec\s+<Object> -required-/s);
    expect(await kubectl('explain', 'slopolicy.spec.rollout')).toMatch(/FIELDS:\n {2}.*maxBake\t<string>/s);
    expect(await kubectl('explain', 'slo.spec.objectives.indicator.latency.threshold')).toContain('FIELD: threshold');
    expect(await kubectl('explain', 'slo.metadata')).toContain('labels and annotations');
    expect(await refused('explain', 'slo.spec.nothing')).toContain('field "nothing" does not exist');
  });

  smoke('shows what is not a policy by the columns that it knows', async () => {
    expect(await kubectl('get', 'namespaces')).toMatch(/NAME\s+STATUS\s+AGE\ndefault\s+Active/);
  });

  smoke('watches', async () => {
    await kubectl('apply', '-f', manifest('seen'));
    const watcher = spawn('kubectl', ['get', 'slo', 'seen', '--watch', '--output-watch-events'], { env: environment });
    let output = '';
    watcher.stdout.on('data', (chunk) => {
      output += chunk;
    });
    try {
      await expect.poll(() => output, { timeout: 60_000 }).toMatch(/ADDED\s+seen/);
      await kubectl('delete', 'slo', 'seen');
      await expect.poll(() => output, { timeout: 60_000 }).toMatch(/DELETED\s+seen/);
    } finally {
      watcher.kill();
    }
  });

  smoke('knows the short name, the category and the kinds that are served', async () => {
    const resources = await kubectl('api-resources');
    for (const name of ['slopolicies', 'leases', 'events', 'namespaces']) expect(resources).toContain(name);
    await kubectl('apply', '-f', manifest('short'));
    expect(await kubectl('get', 'steadyrun')).toContain('short');
    expect(await kubectl('get', 'slo', '--all-namespaces')).toContain('default');
  });
});
