/** The lab and the operator as processes of their own, reached by nothing but HTTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Status } from '../../src/status/status.ts';
import { labFlags } from '../lab/manners.ts';

export interface Doors {
  readonly url: string;
  readonly kubernetes: string;
  readonly cloudRun: string;
  readonly prometheus: string;
}

const processes = new Set<ChildProcess>();

/** As people start it: with the packages as they are installed (see test/packed.ts). */
const { NODE_OPTIONS: _, ...env } = process.env;

export function steadyrun(...args: string[]): ChildProcess {
  const child = spawn('node', ['src/steadyrun.js', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  child.stderr!.resume();
  processes.add(child);
  return child;
}

export async function startLab(...args: string[]): Promise<Doors & { process: ChildProcess }> {
  const process = steadyrun('lab', '--json', ...labFlags, ...args);
  const [line] = (await once(createInterface({ input: process.stdout! }), 'line')) as [string];
  return { process, ...(JSON.parse(line) as Doors) };
}

/** Ends everything that was started; resolves to the exit codes. */
export async function endAll(): Promise<(number | null)[]> {
  const codes = [...processes].map(async (child) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  });
  processes.clear();
  return Promise.all(codes);
}

export async function json<T>(url: string, method = 'GET', body?: unknown, accept = '*/*'): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { accept, 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

interface Env {
  readonly name: string;
  readonly value: string;
}

interface Service {
  readonly etag: string;
  readonly template: { readonly containers: readonly { readonly env?: readonly Env[] }[] };
  readonly traffic: readonly { readonly revision?: string; readonly percent?: number; readonly type?: string }[];
  readonly latestCreatedRevision: string;
}

export interface Truth {
  readonly byRevision: Readonly<Record<string, { readonly errors: number; readonly percent: number }>>;
  readonly writes: readonly {
    readonly at: string;
    readonly by: string;
    readonly kind: string;
    readonly body: { traffic?: Service['traffic'] };
  }[];
}

/** One service of the lab and its policy, as a stranger with curl would use them. */
export class Guarded {
  readonly name: string;
  readonly #doors: Doors;
  readonly #service: string;
  readonly #policies: string;

  constructor(doors: Doors, name: string) {
    this.name = name;
    this.#doors = doors;
    this.#service = `${doors.cloudRun}/v2/projects/acme/locations/europe-west1/services/${name}`;
    this.#policies = `${doors.kubernetes}/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies`;
  }

  async guard(objectives: readonly Record<string, unknown>[], spec = {}, name = this.name): Promise<void> {
    const service = { project: 'acme', region: 'europe-west1', name: this.name };
    await json(this.#policies, 'POST', {
      apiVersion: 'steadyrun.dev/v1alpha1',
      kind: 'SLOPolicy',
      metadata: { name },
      spec: { service, objectives, ...spec },
    });
  }

  async edit(objectives: readonly Record<string, unknown>[]): Promise<void> {
    await json(`${this.#policies}/${this.name}`, 'PATCH', { spec: { objectives } });
  }

  async annotate(annotation: string, value: string): Promise<void> {
    await json(`${this.#policies}/${this.name}`, 'PATCH', { metadata: { annotations: { [annotation]: value } } });
  }

  async status(): Promise<Status> {
    return (await json<{ status?: Status }>(`${this.#policies}/${this.name}`)).status ?? {};
  }

  /** Resolves to the new revision's short name. */
  async deploy(env: Readonly<Record<string, string>>): Promise<string> {
    const { template } = await json<Service>(this.#service);
    const [container] = template.containers;
    const changed = {
      ...template,
      containers: [
        {
          ...container,
          env: Object.entries({ ...env, V: `${Math.random()}` }).map(([name, value]) => ({ name, value })),
        },
      ],
    };
    await json(`${this.#service}?updateMask=template`, 'PATCH', { template: changed });
    const { latestCreatedRevision } = await json<Service>(this.#service);
    return latestCreatedRevision.split('/').at(-1)!;
  }

  async moveByHand(shares: readonly { revision: string; percent: number }[]): Promise<void> {
    const traffic = shares.map((share) => ({ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', ...share }));
    await json(`${this.#service}?updateMask=traffic`, 'PATCH', { traffic });
  }

  async followLatest(): Promise<void> {
    const traffic = [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }];
    await json(`${this.#service}?updateMask=traffic`, 'PATCH', { traffic });
  }

  async deleteRevision(name: string): Promise<void> {
    await json(`${this.#service}/revisions/${name}`, 'DELETE');
  }

  async traffic(): Promise<string> {
    const { traffic } = await json<Service>(this.#service);
    return traffic
      .filter(({ percent = 0 }) => percent > 0)
      .map(({ revision, percent }) => `${revision?.split('/').at(-1) ?? 'LATEST'}=${percent}`)
      .sort()
      .join(' ');
  }

  async event(event: Record<string, unknown>): Promise<void> {
    await json(`${this.#doors.url}/lab/v1/events`, 'POST', { service: this.name, ...event });
  }

  truth(): Promise<Truth> {
    return json<Truth>(`${this.#doors.url}/lab/v1/truth?service=${this.name}`);
  }

  /** Looks again and again until it is so. */
  async until(what: (status: Status) => boolean, mostSeconds = 300): Promise<Status> {
    const deadline = Date.now() + mostSeconds * 1000;
    for (;;) {
      const status = await this.status();
      if (what(status)) return status;
      if (Date.now() > deadline)
        throw new Error(`${this.name}: not so after ${mostSeconds} s: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
