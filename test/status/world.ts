/** A lab, three services in it, and one operator at a time: of this commit or of the old one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PooledKubeConfig } from '../../src/kubernetes/http/client.ts';
import type { StoredStatus } from '../../src/status/status.ts';
import { type Doors, json, type Truth } from '../e2e/doors.ts';
import { type MediaType, type Method, open } from '../kubernetes/contract/helpers.ts';

export type Version = 'old' | 'new';
export type { StoredStatus };

const operators = { new: 'src/steadyrun.js' };
const policies = '/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies';

export interface WorldOptions {
  /** What `node` runs as the old operator. */
  readonly old: string;
  /** Whose lab it is: its Kubernetes knows the CRD of its own version. */
  readonly lab: Version;
  /** Kubernetes instead of the lab's, by its kubeconfig and by a door without credentials. */
  readonly cluster?: { readonly kubeconfig: string; readonly door: string };
  readonly services: readonly string[];
  readonly seed: number;
  readonly speed: number;
}

/** What was seen of one service at one moment. */
export interface Moment {
  readonly status: StoredStatus;
  readonly truth: Truth & { readonly now: string; readonly byRevision: Record<string, { readonly requests: number }> };
}

export class TurnsWorld {
  readonly doors: Doors;
  readonly #options: WorldOptions;
  readonly #lab: ChildProcess;
  readonly #folder: string;
  #operator: ChildProcess | null = null;
  #turns = 0;
  /** Which operators have run, in their order. */
  readonly turns: Version[] = [];
  /** Exit codes of those that were asked to end. */
  readonly codes: (number | null)[] = [];

  private constructor(options: WorldOptions, doors: Doors, lab: ChildProcess, folder: string) {
    this.#options = options;
    this.doors = { ...doors, ...(options.cluster && { kubernetes: options.cluster.door }) };
    this.#lab = lab;
    this.#folder = folder;
  }

  static async start(options: WorldOptions): Promise<TurnsWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'steadyrun-turns-'));
    const file = join(folder, 'services.yaml');
    const line = (name: string) => `- {project: acme, region: europe-west1, name: ${name}, rps: 60}`;
    writeFileSync(file, options.services.map(line).join('\n'));
    const args = ['lab', '--json', '--services', file, '--seed', `${options.seed}`, '--speed', `${options.speed}`];
    const lab = spawn(process.execPath, [{ ...operators, old: options.old }[options.lab], ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [description] = (await once(createInterface({ input: lab.stdout! }), 'line')) as [string];
    return new TurnsWorld(options, JSON.parse(description) as Doors, lab, folder);
  }

  /** The other operator from here on; killed and asked to end in turns. */
  async swap(to: Version = this.turns.at(-1) === 'new' ? 'old' : 'new'): Promise<void> {
    await this.halt();
    const { old, cluster } = this.#options;
    const args = ['run', '--lab', this.doors.url, ...(cluster ? ['--kubeconfig', cluster.kubeconfig] : [])];
    const operator = spawn(process.execPath, [{ ...operators, old }[to], ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#operator = operator;
    this.turns.push(to);
    // It says so when it has started; before that, being asked to end is being killed.
    await once(operator.stderr!, 'data');
    operator.stderr!.resume();
  }

  /** No operator runs. */
  async halt(): Promise<void> {
    const operator = this.#operator;
    if (operator === null) return;
    this.#operator = null;
    const signal = this.#turns++ % 2 === 0 ? 'SIGKILL' : 'SIGTERM';
    if (operator.exitCode === null && operator.signalCode === null) {
      operator.kill(signal);
      await once(operator, 'exit');
    }
    if (signal === 'SIGTERM') this.codes.push(operator.exitCode);
  }

  async guard(name: string): Promise<void> {
    const service = { project: 'acme', region: 'europe-west1', name };
    // As from a Prometheus: what Google is not known to answer, the old operator asked of it.
    const metrics = { type: 'Prometheus', address: this.doors.prometheus };
    const objectives = [{ name: 'availability', targetPercent: 99.9 }];
    await json(`${this.doors.kubernetes}${policies}`, 'POST', {
      apiVersion: 'steadyrun.dev/v1alpha1',
      kind: 'SLOPolicy',
      metadata: { name },
      spec: { service, metrics, objectives, rollout: { profile: 'Fast' } },
    });
  }

  async status(name: string): Promise<StoredStatus> {
    const policy = await json<{ status?: StoredStatus }>(`${this.doors.kubernetes}${policies}/${name}`);
    return policy.status ?? {};
  }

  /** As an operator leaves it. */
  async restatus(name: string, status: unknown): Promise<void> {
    const { metadata } = await json<{ metadata: { resourceVersion: string } }>(
      `${this.doors.kubernetes}${policies}/${name}`,
    );
    const { resourceVersion } = metadata;
    const response = await fetch(
      `${this.doors.kubernetes}${policies}/${name}/status?fieldManager=steadyrun&force=true`,
      {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: JSON.stringify({
          apiVersion: 'steadyrun.dev/v1alpha1',
          kind: 'SLOPolicy',
          metadata: { name, namespace: 'default', resourceVersion },
          status,
        }),
      },
    );
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  }

  async seen(name: string): Promise<Moment> {
    const status = await this.status(name);
    return { status, truth: await json(`${this.doors.url}/lab/v1/truth?service=${name}`) };
  }

  /** Also where a test was ended in the midst of it. */
  async close(): Promise<void> {
    await this.halt();
    if (this.#lab.exitCode === null && this.#lab.signalCode === null) {
      this.#lab.kill('SIGTERM');
      await once(this.#lab, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A door to a real API server that needs no credentials, as `kubectl proxy` opens one. */
export async function openDoor(config: PooledKubeConfig): Promise<{ url: string; close(): Promise<void> }> {
  const kinds: Readonly<Record<string, MediaType>> = {
    'application/json': 'json',
    'application/merge-patch+json': 'merge',
    'application/apply-patch+yaml': 'apply',
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const as = kinds[request.headers['content-type'] ?? ''] ?? 'json';
    const sent = text === '' ? {} : { body: JSON.parse(text) as unknown, as };
    const answer = await open(config, request.method as Method, request.url!, sent);
    response.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(await answer.body.text());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
