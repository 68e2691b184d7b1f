/** A whole world in one process: Cloud Run, its metrics, its logs and a Kubernetes, each behind a door of its own on loopback. */
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemTrouble } from '../facts/system-error.ts';
import { admit } from '../policy/admit.ts';
import { columns } from '../policy/crd.ts';
import type { Faults } from './adminapi/faults.ts';
import { PacedClock } from './clock.ts';
import { CloudRunDoor } from './doors/cloudrun.ts';
import { ControlDoor } from './doors/control.ts';
import { gcloudConfigOf, writeGcloudConfig } from './doors/gcloud.ts';
import { refusedHost } from './doors/hosts.ts';
import { send } from './doors/http.ts';
import { KubernetesDoor, kubeconfigFor } from './doors/kubernetes.ts';
import { loggingDoor } from './doors/logging.ts';
import { prometheusDoor } from './doors/prometheus.ts';
import { leaveAddress, newFolder } from './here.ts';
import type { Past } from './past/past.ts';
import { usualServices } from './population.ts';
import type { ServiceSeed } from './seed.ts';
import type { Manners } from './world/manners.ts';
import { usualHistoryMs, World } from './world.ts';

export interface LabOptions {
  readonly seed: number;
  /** How many times as fast as the wall's clock the world runs. */
  readonly speed: number;
  readonly services?: readonly ServiceSeed[];
  /** Of the control door; the others take any. Default: any. */
  readonly port?: number;
  readonly platformDelayMs?: number;
  readonly appDelayMs?: number;
  readonly historyMs?: number;
  /** What was counted before: the world begins where it ends, whatever the wall's clock says. */
  readonly past?: Past | undefined;
  readonly manners?: Partial<Manners>;
  /** Trouble with the Cloud Run API, for tests. */
  readonly cloudRunFaults?: Faults;
}

/** What a lab says of itself: the addresses are plain-HTTP origins, `kubeconfig` is a file. */
export interface LabDescription {
  readonly url: string;
  readonly kubeconfig: string;
  readonly kubernetes: string;
  readonly cloudRun: string;
  readonly prometheus: string;
  readonly logging: string;
  readonly seed: number;
  readonly speed: number;
  readonly services: readonly { readonly project: string; readonly region: string; readonly name: string }[];
}

/** How often the world is moved along when nobody asks it anything. */
const tickMs = 20;
const minuteMs = 60_000;

const keptOpenMs = 120_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export class Lab {
  readonly world: World;
  readonly clock: PacedClock;
  readonly kubernetes: KubernetesDoor;
  readonly #options: LabOptions;
  readonly #servers: Server[] = [];
  #ticking: NodeJS.Timeout | undefined;
  #directory = '';
  #description: LabDescription | undefined;

  private constructor(options: LabOptions) {
    const { speed, port: _, cloudRunFaults: __, ...world } = options;
    this.#options = options;
    this.world = new World({ startMs: startOf(options), services: usualServices, ...world });
    this.clock = new PacedClock(this.world.nowMs, speed);
    this.kubernetes = new KubernetesDoor({ nowMs: () => this.clock.nowMs(), admit, columns });
  }

  /** Resolves when every door is open. Rejects when the port is taken or a service makes no sense. */
  static async start(options: LabOptions): Promise<Lab> {
    const lab = new Lab(options);
    try {
      await lab.#open();
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  get description(): LabDescription {
    return this.#description!;
  }

  /** Closes the doors and removes the kubeconfig file. */
  async close(): Promise<void> {
    clearInterval(this.#ticking);
    this.kubernetes.close();
    await Promise.all(this.#servers.map(closed));
    if (this.#directory !== '') await rm(this.#directory, { recursive: true, force: true });
  }

  async #open(): Promise<void> {
    const { world, clock, kubernetes } = this;
    const options = this.#options;
    const cloudRun = new CloudRunDoor({ world, ...(options.cloudRunFaults && { faults: options.cloudRunFaults }) });
    const control = new ControlDoor({
      world,
      description: () => ({ ...this.description }),
      clock: () => ({ nowMs: clock.nowMs(), wallMs: Date.now(), speed: clock.speed }),
    });
    const kubernetesUrl = await this.#listen((request, response) => kubernetes.handle(request, response));
    this.#directory = await newFolder();
    const kubeconfig = join(this.#directory, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigFor(kubernetesUrl));
    const cloudRunUrl = await this.#listen((request, response) => cloudRun.handle(request, response), 0, true);
    await writeGcloudConfig(gcloudConfigOf(kubeconfig), cloudRunUrl, world.services[0]!.ref);
    this.#description = {
      url: await this.#listen((request, response) => control.handle(request, response), options.port),
      kubeconfig,
      kubernetes: kubernetesUrl,
      cloudRun: cloudRunUrl,
      prometheus: await this.#listen(prometheusDoor({ store: world.store, nowMs: () => clock.nowMs() })),
      logging: await this.#listen(loggingDoor(world)),
      seed: options.seed,
      speed: options.speed,
      services: world.services.map(({ ref }) => ref),
    };
    await leaveAddress(this.#directory, this.#description.url);
    this.#ticking = setInterval(() => this.#advance(), tickMs);
  }

  #advance(): void {
    this.world.advanceTo(this.clock.nowMs());
  }

  /** A door on loopback: the world is moved to now before anyone is answered. Resolves to its address. */
  async #listen(handle: Handler, port = 0, isProxy = false): Promise<string> {
    const server = createServer((request, response) => {
      const message = refusedHost(request, isProxy);
      if (message !== null) return send(response, { code: 403, body: { error: { code: 403, message } } });
      this.#advance();
      Promise.resolve(handle(request, response)).catch(() => response.destroy());
    });
    // Whoever was kept waiting by a busy machine is not to find its connection closed just as it asks again.
    server.keepAliveTimeout = keptOpenMs;
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const { message } = systemTrouble(cause, 'Listen');
        reject(new Error(`port ${port} cannot be had: ${message}; --port takes another, and 0 any`, { cause }));
      });
      server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
}

/** A history of its own lies between what was recorded and the start, so that every metric has a past. */
function startOf({ past, historyMs = usualHistoryMs }: LabOptions): number {
  return past ? Math.ceil(past.endMs / minuteMs) * minuteMs + historyMs : Date.now();
}

async function closed(server: Server): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await done;
}
