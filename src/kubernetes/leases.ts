import { CoordinationV1Api, V1MicroTime } from '@kubernetes/client-node';
import { Conflict } from '../ports.ts';
import { callOptions, type PooledKubeConfig } from './client.ts';
import { NotFound, typedError } from './errors.ts';

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
const TIMEOUT_MS = 5_000;

export class KubernetesLease implements LeaseStore {
  readonly #api: CoordinationV1Api;
  readonly #namespace: string;
  readonly #name: string;

  constructor(config: PooledKubeConfig, namespace: string, name: string) {
    this.#api = config.makeApiClient(CoordinationV1Api);
    this.#namespace = namespace;
    this.#name = name;
  }

  async read(): Promise<StoredLease | undefined> {
    try {
      return await this.#call((options) => this.#api.readNamespacedLease(this.#where(), options));
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  create(record: LeaseRecord): Promise<StoredLease> {
    const { namespace } = this.#where();
    return this.#call((options) => this.#api.createNamespacedLease({ namespace, body: this.#body(record) }, options));
  }

  async update(record: LeaseRecord, resourceVersion: string): Promise<StoredLease> {
    try {
      const body = this.#body(record, resourceVersion);
      return await this.#call((options) => this.#api.replaceNamespacedLease({ ...this.#where(), body }, options));
    } catch (error) {
      if (error instanceof NotFound) throw new Conflict('the lease was deleted', { cause: error });
      throw error;
    }
  }

  // No retries here: the election has its own rhythm, and an old answer is worth nothing.
  async #call(send: (options: ReturnType<typeof callOptions>) => Promise<Lease>): Promise<StoredLease> {
    const lease = await send(callOptions({ timeoutMs: TIMEOUT_MS })).catch((error: unknown) => {
      throw typedError(error);
    });
    return recordOf(lease);
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
        acquireTime: new V1MicroTime(record.acquiredAtMs),
        renewTime: new V1MicroTime(record.renewedAtMs),
        leaseTransitions: record.transitions,
      },
    };
  }
}

type Lease = Awaited<ReturnType<CoordinationV1Api['readNamespacedLease']>>;

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

// Declared as a Date, and read as the text that came.
const msOf = (time: Date | undefined): number => (time === undefined ? 0 : new Date(time).getTime());
