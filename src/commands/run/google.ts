/** Google with the credentials of this place, or a lab without any. */
import type { Logger } from 'pino';
import { type Access, loopbackOrigin } from '../../cloudrun/access.ts';
import { googleCredentials } from '../../cloudrun/credentials.ts';
import { codeOf } from '../../cloudrun/errors.ts';
import { Rest } from '../../cloudrun/rest.ts';
import { createServices } from '../../cloudrun/services.ts';
import { visibleAfterMs } from '../../counting/changes.ts';
import type { KubernetesSecrets } from '../../kubernetes/http/secrets.ts';
import { CloudLogs } from '../../logging/logs.ts';
import { manifest } from '../../manifest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logs } from '../../ports/logs.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Services } from '../../ports/services.ts';
import { createPromqlClients } from '../../prometheus/http.ts';
import { PromqlMetrics } from '../../prometheus/metrics.ts';
import { Pace } from '../../prometheus/pace.ts';
import type { Access as MetricsAccess } from '../../prometheus/sign.ts';
import type { LabDoors } from '../lab-address.ts';
import type { Part } from './engine.ts';

export interface GoogleOptions {
  readonly doors: LabDoors | null;
  readonly secrets: KubernetesSecrets;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly onCall: (method: string, code: string | number) => void;
  /** Told of each question about a project's metrics whose turn did not come in time. */
  readonly onHeld: (project: string) => void;
}

export interface Ports {
  readonly services: Services;
  readonly metrics: Metrics;
  readonly logs: Logs;
}

const withoutGoogle = 'To try it without Google: steadyrun lab, and run with --lab and its address.';

/** Nothing is asked of Google before there are credentials. */
export class Google implements Part {
  readonly name = 'google';
  readonly runs = 'Always';
  readonly #options: GoogleOptions;
  #ports: Ports | undefined;
  #waitsFor: string | null = null;

  constructor(options: GoogleOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { clock, signal, log, onCall, onHeld } = this.#options;
    const { version } = manifest;
    const access = await this.#access();
    const services = await createServices({
      access: access.cloudRun,
      version,
      clock,
      signal,
      onCall,
      onListDenied: (region, message) => log.warn({ region, problem: message }, 'services are read one by one'),
    });
    const clients = createPromqlClients({
      access: access.prometheus,
      version,
      signal,
      onCall: (kind, code) => onCall(`promql ${kind}`, code),
      pace: new Pace(clock),
      onHeld,
    });
    const rest = new Rest(access.logging, version);
    const logs = new CloudLogs({
      api: {
        list: (question, call) => rest.post('logging.googleapis.com', '/v2/entries:list', question, call),
        codeOf,
      },
      clock,
      onCall,
    });
    this.#ports = { services, metrics: new PromqlMetrics(clients.Judging, visibleAfterMs, clients.Looking), logs };
  }

  async close(): Promise<void> {}

  /** Why nothing can be asked of Google yet, or null. */
  problem(): string | null {
    return this.#ports ? null : (this.#waitsFor ?? 'Google credentials are being looked for');
  }

  /** Once it has been started. */
  get ports(): Ports {
    return this.#ports!;
  }

  async #access(): Promise<{ cloudRun: Access; prometheus: MetricsAccess; logging: Access }> {
    const { doors, secrets, signal, log } = this.#options;
    if (doors) {
      return {
        cloudRun: { labOrigin: loopbackOrigin(doors.cloudRun) },
        prometheus: { labOrigin: loopbackOrigin(doors.prometheus) },
        // Where there are no logs the answer is that they cannot be read.
        logging: { labOrigin: loopbackOrigin(doors.logging ?? doors.cloudRun) },
      };
    }
    const credentials = await googleCredentials({
      version: manifest.version,
      signal,
      onWaiting: (message, nextTryMs) => {
        const waitsFor = `${message} ${withoutGoogle}`;
        // It may be tried for days.
        log[waitsFor === this.#waitsFor ? 'debug' : 'warn']({ nextTryMs }, waitsFor);
        this.#waitsFor = waitsFor;
      },
    });
    if (this.#waitsFor !== null) log.info('there are Google credentials now');
    return { cloudRun: { credentials }, prometheus: { credentials, secrets }, logging: { credentials } };
  }
}
