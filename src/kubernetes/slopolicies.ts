import { CustomObjectsApi } from '@kubernetes/client-node';
import type { PolicyKey } from '../policy/policy.ts';
import type { Status } from '../policy/status.ts';
import { callOptions, type PooledKubeConfig } from './client.ts';
import { NotFound } from './errors.ts';
import type { KubeObject } from './objects.ts';
import { PATIENT, type Patience, persistently } from './retry.ts';

export const GROUP = 'steadyrun.dev';
export const VERSION = 'v1alpha1';
export const PLURAL = 'slopolicies';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'SLOPolicy';
/** Under this name the server remembers which fields of the status are ours. */
export const FIELD_MANAGER = 'steadyrun';

const RESOURCE = { group: GROUP, version: VERSION, plural: PLURAL };

export interface Page {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** Empty on the last page. */
  readonly continue: string;
}

/** The calls this operator makes on SLOPolicies. They throw what `persistently` throws. */
export class SloPolicies {
  readonly #api: CustomObjectsApi;
  readonly #patience: Patience;

  constructor(config: PooledKubeConfig, patience: Patience = PATIENT) {
    this.#api = config.makeApiClient(CustomObjectsApi);
    this.#patience = patience;
  }

  /** One page over all namespaces, or over one. */
  async list(options: { namespace?: string; limit: number; continue?: string }): Promise<Page> {
    const { namespace, limit } = options;
    const paging = options.continue === undefined ? { limit } : { limit, _continue: options.continue };
    const body: unknown = await persistently(
      () =>
        namespace === undefined
          ? this.#api.listClusterCustomObject({ ...RESOURCE, ...paging })
          : this.#api.listNamespacedCustomObject({ ...RESOURCE, namespace, ...paging }),
      this.#patience,
    );
    const list = body as { items: KubeObject[]; metadata: { resourceVersion: string; continue?: string } };
    return {
      items: list.items,
      resourceVersion: list.metadata.resourceVersion,
      continue: list.metadata.continue ?? '',
    };
  }

  async get(key: PolicyKey): Promise<KubeObject | undefined> {
    return unlessGone(() => this.#api.getNamespacedCustomObject({ ...RESOURCE, ...key }), this.#patience);
  }

  /**
   * Makes the status what is given: fields this operator wrote before and leaves out now disappear. undefined: the policy
   * is gone. Conflict: the policy with this uid was replaced by another of the same name.
   */
  async applyStatus(key: PolicyKey, uid: string, status: Status): Promise<KubeObject | undefined> {
    const body = { apiVersion: API_VERSION, kind: KIND, metadata: { ...key, uid }, status };
    return unlessGone(
      () =>
        this.#api.patchNamespacedCustomObjectStatus(
          { ...RESOURCE, ...key, body, fieldManager: FIELD_MANAGER, force: true },
          callOptions({ contentType: 'application/apply-patch+yaml' }),
        ),
      this.#patience,
    );
  }

  /**
   * Takes annotations away if the object is still what it was at `resourceVersion`, so that what a person has just
   * written is not removed unread: else Conflict.
   */
  async removeAnnotations(
    key: PolicyKey,
    resourceVersion: string,
    names: readonly string[],
  ): Promise<KubeObject | undefined> {
    const annotations = Object.fromEntries(names.map((name) => [name, null]));
    const body = { metadata: { resourceVersion, annotations } };
    return unlessGone(
      () =>
        this.#api.patchNamespacedCustomObject(
          { ...RESOURCE, ...key, body, fieldManager: FIELD_MANAGER },
          callOptions({ contentType: 'application/merge-patch+json' }),
        ),
      this.#patience,
    );
  }
}

async function unlessGone(call: () => Promise<unknown>, patience: Patience): Promise<KubeObject | undefined> {
  try {
    return (await persistently(call, patience)) as KubeObject;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
