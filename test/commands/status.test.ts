import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { iso } from '../../src/facts/time.ts';
import { kubeconfigFor } from '../../src/lab/doors/kubernetes.ts';
import { Lab } from '../../src/lab/lab.ts';
import type { Status } from '../../src/status/status.ts';
import { toStore } from '../../src/status/write.ts';
import { policy, TestCluster } from '../kubernetes/cluster.ts';
import { fresh, old, ramping, steady } from '../report/statuses.ts';
import { oneIn } from '../whole.ts';
import { complaint, type Ended, start } from './cli.ts';
import { steadyrun } from './in-process.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ seed: 1, speed: 0.001, historyMs: 0 });
  await put('api', rolling());
  await put('checkout', steady, 'web');
  const empty = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'empty' } };
  await send('POST', `${lab.description.kubernetes}/api/v1/namespaces`, empty);
});
afterAll(() => lab.close());

const address = (namespace: string, name = ''): string =>
  `${lab.description.kubernetes}/apis/steadyrun.dev/v1alpha1/namespaces/${namespace}/slopolicies/${name}`;

async function send(method: string, url: string, body?: unknown): Promise<void> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
}

/** As a person and an operator would, over HTTP. */
async function put(name: string, status: Status, namespace = 'default'): Promise<void> {
  await send('POST', address(namespace).replace(/\/$/, ''), {
    apiVersion: 'steadyrun.dev/v1alpha1',
    kind: 'SLOPolicy',
    metadata: { name, namespace },
    spec: {
      service: { project: 'acme', region: 'europe-west1', name },
      objectives: [{ name: 'availability', targetPercent: 99.9 }],
    },
  });
  await setStatus(namespace, name, status);
}

/** In mid-rollout by the lab's clock, which all but stands still: its words stay the same however long a process takes. */
function rolling(nowMs = lab.clock.nowMs()): Status {
  const at = (minutes: number) => iso(nowMs + minutes * 60_000);
  return {
    ...ramping,
    candidate: { ...ramping.candidate!, since: at(-11.6) },
    decision: { ...ramping.decision!, at: at(-3.6), nextCheck: at(5.4) },
  };
}

const setStatus = (namespace: string, name: string, status: Status): Promise<void> =>
  send('PATCH', `${address(namespace, name)}/status`, { status: toStore(status, {}, 'test') });

beforeEach(() => setStatus('default', 'api', rolling()));

const ask = (...args: string[]): Promise<Ended> => steadyrun(...args, '--lab', lab.description.url);
const answer = (out: string): Ended => ({ code: 0, signal: null, out: out.replace(/^\n/, ''), err: '' });

const whole = `
api  ◐ Ramping  api-00002-bbb at 5 %, begun 12 min ago
  api-00001-aaa  ███████████████████   95 %  stable, last good
  api-00002-bbb  █                      5 %  candidate
  OBJECTIVE      BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS  VERDICT
  availability  0.0326 % of 3,063  0.0528 % of 51,148  0.1 %  even  ✔ Healthy
  latency         1.83 % of 3,007    1.96 % of 45,107    5 %  even  ✔ Healthy
  why    Nothing speaks against api-00002-bbb: availability at most 0.122 % bad, latency at most
         2.62 % bad so far.
  did    Step (Healthy), 4 min ago
  next   more traffic to api-00002-bbb while nothing speaks against it; looks again in 5 min
`;

describe('where lab env told the shell of a lab', () => {
  afterEach(() => void vi.unstubAllEnvs());

  test('status goes by it', async () => {
    const env = { STEADYRUN_LAB: lab.description.url, KUBECONFIG: lab.description.kubeconfig };
    expect(await start(['status', 'api'], undefined, env).ended).toEqual(answer(whole));
  });

  test.each([
    ['the shell has turned to another cluster since', () => ({ STEADYRUN_LAB: lab.description.url })],
    ['it has gone', () => ({ STEADYRUN_LAB: 'http://127.0.0.1:1' })],
    ['it is empty', () => ({ STEADYRUN_LAB: '' })],
  ])('and not where %s', async (_, env) => {
    vi.stubEnv('STEADYRUN_LAB', env().STEADYRUN_LAB);
    const { code, err } = await steadyrun('status', 'api');
    expect(code).toBe(1);
    expect(err).toContain('/nonexistent');
  });
});

describe.concurrent('steadyrun status', () => {
  test("shows the namespace's policies, a line each", async () => {
    const { code, out, err } = await ask('status');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.replace(/ *\d+ s$/gm, ' AGE')).toBe(
      [
        'NAMESPACE  NAME  SERVICE  PHASE    CANDIDATE      WEIGHT  LAST GOOD      VERDICT  BUDGET  SATURATION  TROUBLE  AGE',
        'default    api   api      Ramping  api-00002-bbb     5 %  api-00001-aaa  Healthy AGE',
        '',
      ].join('\n'),
    );
  });

  test.each([
    [['-n', 'web'], ['checkout']],
    [['--all-namespaces'], ['api', 'checkout']],
    [['-A'], ['api', 'checkout']],
  ])('shows with %s the policies %s', async (options, names) => {
    const { out } = await ask('status', ...options);
    const shown = out.trimEnd().split('\n').slice(1);
    expect(shown.map((line) => line.split(/ +/)[1])).toEqual(names);
  });

  test('finds nothing where nothing is, which is no failure', async () => {
    const { code, out, err } = await ask('status', '-n', 'default-2');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe('There is no namespace default-2; did you mean default?\n');
  });

  test.each([
    ['is not there', 'nope', 'There is no namespace nope'],
    ['holds none', 'empty', 'No SLOPolicies in namespace empty'],
  ])('says which namespace %s, and where some are', async (_, namespace, says) => {
    const { code, out } = await ask('status', '-n', namespace);
    expect({ code, out }).toEqual({
      code: 0,
      out: `${says}; there are some in default, web: add -n and its name, or -A for all.\n`,
    });
    expect((await ask('status', 'nobody', '-n', namespace)).err).toBe(
      `steadyrun: there is no SLOPolicy nobody in namespace ${namespace}${namespace === 'nope' ? ', which does not exist' : ''}; steadyrun status -A shows them all\n`,
    );
  });

  test('shows one policy in full', async () => {
    expect(await ask('status', 'api')).toEqual(answer(whole));
  });

  test('reaches the same cluster by a kubeconfig', { concurrent: false }, async () => {
    // It goes by the wall's clock then: most of a minute is enough for one process alone.
    await put('api', rolling(Date.now()), 'walled');
    const { code, out } = await steadyrun('status', 'api', '-n', 'walled', '--kubeconfig', lab.description.kubeconfig);
    expect({ code, out }).toEqual({ code: 0, out: answer(whole).out });
    await send('DELETE', address('walled', 'api'));
  });

  test('says in one line that there is no such policy', async () => {
    expect(await ask('status', 'nobody')).toEqual(
      complaint(1, 'steadyrun: there is no SLOPolicy nobody in namespace default; steadyrun status -A shows them all'),
    );
    expect(await ask('status', 'api', '-n', 'web')).toEqual(
      complaint(
        1,
        'steadyrun: there is no SLOPolicy api in namespace web; there is one in namespace default: add -n default',
      ),
    );
  });

  test('prints one JSON document, with --json', async () => {
    const { code, out, err } = await ask('status', '--json', '-A');
    expect({ code, err, lines: out.trimEnd().split('\n').length }).toEqual({ code: 0, err: '', lines: 1 });
    expect(JSON.parse(out)).toMatchObject([
      { namespace: 'default', name: 'api', status: { phase: 'Ramping', candidate: { revision: fresh, percent: 5 } } },
      { namespace: 'web', name: 'checkout', status: { phase: 'Steady', stable: { revision: old } } },
    ]);
    expect(JSON.parse((await ask('status', '--json', '-n', 'empty')).out)).toEqual([]);
  });
});

describe('a cluster that is named beside a lab', () => {
  const policies = [
    ['status', []],
    ['status', ['--json']],
    ['status', ['mine']],
    ['status', ['mine', '--json']],
    ['why', ['mine']],
    ['why', ['mine', '--json']],
  ] as const;
  /** The lab, but for its clock: years from the wall's. */
  const labMs = Date.UTC(2031, 0, 1);
  const elsewhen = createServer(({ url }, response) => {
    const clock = { nowMs: labMs, wallMs: Date.now(), speed: 0.001 };
    response.end(JSON.stringify(url === '/' ? lab.description : clock));
  });
  let cluster: TestCluster;
  let folder: string;
  let kubeconfig: string;
  beforeAll(async () => {
    await once(elsewhen.listen(0, '127.0.0.1'), 'listening');
    cluster = await TestCluster.start();
    folder = await mkdtemp(join(tmpdir(), 'steadyrun-status-'));
    kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigFor(cluster.url));
    cluster.door.policies.put(policy('mine'));
    const mine = `${cluster.url}/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies/mine`;
    await send('PATCH', `${mine}/status`, { status: toStore(rolling(labMs), {}, 'test') });
  });
  afterAll(async () => {
    elsewhen.close();
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  const askBoth = (...args: string[]): Promise<Ended> => {
    const url = `http://127.0.0.1:${(elsewhen.address() as AddressInfo).port}`;
    return steadyrun(...args, '--lab', url, '--kubeconfig', kubeconfig);
  };

  test.each(policies)(
    'is the one that is asked, by the clock of the lab: %s %j',
    async (command, args: readonly string[]) => {
      const { code, out, err } = await askBoth(command, ...args);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/mine|api-00002-bbb/);
      if (args.includes('mine') && !args.includes('--json')) expect(out).toContain('4 min ago');
    },
  );

  test.each(['status', 'why'])('has no policy that only the lab has: %s', async (command) => {
    expect(await askBoth(command, 'api')).toEqual(
      complaint(1, 'steadyrun: there is no SLOPolicy api in namespace default; steadyrun status -A shows them all'),
    );
  });

  test.each([
    ['status', []],
    ['status', ['mine']],
    ['why', ['mine']],
  ] as const)('that knows no SLOPolicies says so: %s %j', { concurrent: false }, async (command, args) => {
    const bare = await TestCluster.start();
    bare.fault = () => ({ kind: 'Answer', code: 404, reason: 'NotFound' });
    const file = join(folder, 'bare');
    await writeFile(file, kubeconfigFor(bare.url));
    expect(await steadyrun(command, ...args, '--kubeconfig', file)).toEqual(
      complaint(1, 'steadyrun: The cluster knows no SLOPolicies: install them with kubectl apply -f crds.'),
    );
    await bare.stop();
  });
});

describe('steadyrun status -w', () => {
  test.each(oneIn(2, ['SIGINT', 'SIGTERM'] as const))('says what changes, until %s ends it with 0', async (signal) => {
    const name = signal.toLowerCase();
    await put(name, steady, 'watched');
    const watching = start(['status', name, '-w', '-n', 'watched', '--lab', lab.description.url]);
    await watching.printed(/✔ Steady/);
    await setStatus('watched', name, rolling());
    await watching.printed(/◐ Ramping/);
    watching.process.kill(signal);
    expect(await watching.ended).toMatchObject({ code: 0, signal: null, err: '' });
  });

  test('prints a line of JSON whenever something has changed, with --json', async () => {
    await put('lines', steady, 'json');
    const watching = start(['status', '-w', '--json', '-n', 'json', '--lab', lab.description.url]);
    await watching.printed(/Steady/);
    await setStatus('json', 'lines', rolling());
    await watching.printed(/Ramping/);
    watching.process.kill('SIGINT');
    const { out } = await watching.ended;
    const documents = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents.map(([policy]) => policy.status.phase)).toEqual(['Steady', 'Ramping']);
  });

  test('says what has not changed once, and waits for a cluster that is away', async () => {
    const cluster = await TestCluster.start();
    const folder = await mkdtemp(join(tmpdir(), 'steadyrun-status-'));
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigFor(cluster.url));
    const looks = async (count: number) => {
      const enough = cluster.lists.length + count;
      while (cluster.lists.length < enough) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const watching = start(['status', '-w', '--json', '--kubeconfig', kubeconfig]);
    await watching.printed(/\[\]/);
    await looks(2);
    cluster.fault = () => ({ kind: 'Answer', code: 503, reason: 'ServiceUnavailable', retryAfterSeconds: 60 });
    await looks(2);
    cluster.fault = () => undefined;
    await watching.printed(/\[\]\n\[\]/);
    watching.process.kill('SIGTERM');
    expect(await watching.ended).toEqual({
      code: 0,
      signal: null,
      out: '[]\n[]\n',
      err: 'steadyrun: Kubernetes answered 503: the lab was told to answer 503\n',
    });
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  test('ends in one line when its policy is deleted', async () => {
    await put('gone', steady, 'watched');
    const watching = start(['status', 'gone', '-w', '-n', 'watched', '--lab', lab.description.url]);
    await watching.printed(/✔ Steady/);
    await send('DELETE', address('watched', 'gone'));
    expect(await watching.ended).toMatchObject({
      code: 1,
      err: 'steadyrun: there is no SLOPolicy gone in namespace watched; steadyrun status -A shows them all\n',
    });
  });
});

test('steadyrun status ends on SIGINT also while its cluster keeps it waiting', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const asked = once(silent, 'request');
  const waiting = start(['status', '--lab', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`]);
  await asked;
  waiting.process.kill('SIGINT');
  expect(await waiting.ended).toMatchObject({ code: 130, out: '', err: '' });
  silent.close().closeAllConnections();
});

describe.concurrent('steadyrun why', () => {
  test('shows the evidence, the reason, what was done and what comes next', async () => {
    expect(await ask('why', 'api')).toEqual(
      answer(`
OBJECTIVE      BAD IN CANDIDATE       BAD IN STABLE  LIMIT  ODDS  VERDICT
availability  0.0326 % of 3,063  0.0528 % of 51,148  0.1 %  even  ✔ Healthy
latency         1.83 % of 3,007    1.96 % of 45,107    5 %  even  ✔ Healthy
why    Nothing speaks against api-00002-bbb: availability at most 0.122 % bad, latency at most
       2.62 % bad so far.
did    Step (Healthy), 4 min ago
next   more traffic to api-00002-bbb while nothing speaks against it; looks again in 5 min
`),
    );
  });

  test('prints one JSON document, with --json', async () => {
    const { code, out, err } = await ask('why', 'api', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      name: 'api',
      decision: { action: 'Step', reason: 'Healthy' },
      next: `more traffic to ${fresh} while nothing speaks against it; looks again in 5 min`,
      objectives: [{ name: 'availability' }, { name: 'latency' }],
      candidate: { revision: fresh },
      stable: { revision: old },
      lastGood: { revision: old },
    });
  });

  test('says in one line that there is no such policy', async () => {
    expect(await ask('why', 'nobody')).toEqual(
      complaint(1, 'steadyrun: there is no SLOPolicy nobody in namespace default; steadyrun status -A shows them all'),
    );
  });
});
