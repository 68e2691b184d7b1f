/** What people see of a policy, wherever they look. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Doors, json } from './doors.ts';

export interface Event {
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

export interface Seen {
  readonly status: string;
  readonly why: string;
  readonly overview: string;
  readonly columns: string;
}

const run = promisify(execFile);

export class Reader {
  readonly #lab: Doors;
  readonly #flags: readonly string[];

  /** Flags are beside those that name the lab. */
  constructor(lab: Doors, ...flags: string[]) {
    this.#lab = lab;
    this.#flags = ['--lab', lab.url, ...flags];
  }

  async seen(name: string): Promise<Seen> {
    const [status, why, overview] = await Promise.all([
      this.#told('status', name),
      this.#told('why', name),
      this.#told('status'),
    ]);
    const table = await json<{ rows: { cells: unknown[] }[] }>(
      `${this.#lab.kubernetes}/apis/steadyrun.dev/v1alpha1/namespaces/default/slopolicies?fieldSelector=metadata.name%3D${name}`,
      'GET',
      undefined,
      'application/json;as=Table;v=v1;g=meta.k8s.io',
    );
    return { status, why, overview, columns: table.rows[0]!.cells.join(' ') };
  }

  async events(name: string): Promise<Event[]> {
    const { items } = await json<{ items: Event[] }>(
      `${this.#lab.kubernetes}/apis/events.k8s.io/v1/namespaces/default/events`,
    );
    return items.filter(({ regarding }) => regarding.name === name);
  }

  /** The event with this reason, which comes after the status that tells of the same. */
  async eventOf(name: string, wanted: string): Promise<Event | undefined> {
    for (let tries = 0; tries < 50; tries++) {
      const found = (await this.events(name)).find(({ reason }) => reason === wanted);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return undefined;
  }

  async #told(...args: string[]): Promise<string> {
    const { stdout } = await run('node', ['src/steadyrun.js', ...args, ...this.#flags]);
    return stdout.replace(/\s+/g, ' ');
  }
}
