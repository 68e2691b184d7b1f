/** A Kubernetes Lease, read and written. */
import { Conflict } from '../../ports/errors.ts';
import type { Call } from '../http/call.ts';
import type { PooledKubeConfig } from '../http/client.ts';
import { NotFound } from '../http/errors.ts';
import { ask, microTime } from '../http/rest.ts';

/** The lease as the cluster holds it; its times are for people and are never compared with a clock. */
export interface LeaseRecord {
  /** Empty: nobody's. */
  readonly holder: string;
  readonly leaseDurationMs: number;
  readonly acquiredAtMs: number;
  readonly renewedAtMs: number;
  /** How often it went from one holder to another. */
  readonly transitions: number;
}

/** A record, and the version that an update of it must still find. */
export interface StoredLease extends LeaseRecord {
  readonly resourceVersion: string;
}

/** The one lease that is contended for. Every method throws Unavailable or Refused. */
export interface LeaseStore {
  read(): Promise<StoredLease | undefined>;
  /** Conflict: it exists by now. */
  create(record: LeaseRecord): Promise<StoredLease>;
  /** Conflict: somebody wrote it since that version. */
  update(record: LeaseRecord, resourceVersion: string): Promise<StoredLease>;
}

/** Half of the time within which a leader has to renew, so that a call that hangs leaves room for another. */
const answerWithinMs = 5_000;

export class KubernetesLease implements LeaseStore {
  readonly #config: PooledKubeConfig;
  readonly #namespace: string;
  readonly #name: string;

  constructor(config: PooledKubeConfig, namespace: string, name: string) {
    this.#config = config;
    this.#namespace = namespace;
    this.#name = name;
  }

  async read(): Promise<StoredLease | undefined> {
    try {
      return await this.#call({ method: 'GET', path: this.#path });
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  create(record: LeaseRecord): Promise<StoredLease> {
    return this.#call({ method: 'POST', path: this.#collection, body: this.#body(record) });
  }

  async update(record: LeaseRecord, resourceVersion: string): Promise<StoredLease> {
    try {
      const body = this.#body(record, resourceVersion);
      return await this.#call({ method: 'PUT', path: this.#path, body });
    } catch (error) {
      if (error instanceof NotFound) throw new Conflict('the lease was deleted', { cause: error });
      throw error;
    }
  }

  // No retries here: the election has its own rhythm, and an old answer is worth nothing.
  async #call(call: Call): Promise<StoredLease> {
    return recordOf(await ask<Lease>(this.#config, { ...call, timeoutMs: answerWithinMs }));
  }

  get #collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#namespace}/leases`;
  }

  get #path(): string {
    return `${this.#collection}/${this.#name}`;
  }

  #where(): { readonly namespace: string; readonly name: string } {
    return { namespace: this.#namespace, name: this.#name };
  }

  #body(record: LeaseRecord, resourceVersion?: string) {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...this.#where(), ...(resourceVersion !== undefined && { resourceVersion }) },
      spec: {
        holderIdentity: record.holder,
        leaseDurationSeconds: Math.ceil(record.leaseDurationMs / 1000),
        acquireTime: microTime(record.acquiredAtMs),
        renewTime: microTime(record.renewedAtMs),
        leaseTransitions: record.transitions,
      },
    };
  }
}

/** What is read of a Lease; everything in it may be missing. */
interface Lease {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

function recordOf({ metadata, spec }: Lease): StoredLease {
  return {
    holder: spec?.holderIdentity ?? '',
    leaseDurationMs: (spec?.leaseDurationSeconds ?? 0) * 1000,
    acquiredAtMs: msOf(spec?.acquireTime),
    renewedAtMs: msOf(spec?.renewTime),
    transitions: spec?.leaseTransitions ?? 0,
    resourceVersion: metadata?.resourceVersion ?? '',
  };
}

const msOf = (time: string | undefined): number => (time === undefined ? 0 : Date.parse(time));
