/** The calls that are made on SLOPolicies. */
import { record } from '../../facts/json.ts';
import { apiVersion, kind, plural } from '../../policy/api.ts';
import type { PolicyKey } from '../../policy/policy.ts';
import { policySchema, pruned } from '../../policy/schema.ts';
import { Conflict, Refused } from '../../ports/errors.ts';
import type { Call } from '../http/call.ts';
import type { PooledKubeConfig } from '../http/client.ts';
import { NotFound, Undeclared } from '../http/errors.ts';
import { type KubeObject, sameJson } from '../http/objects.ts';
import { ask } from '../http/rest.ts';
import { type Patience, patient, persistently } from '../http/retry.ts';

/** Under this name the server remembers which fields of the status are ours. */
export const ourManager = 'steadyrun';

/** A policy as the server sends it: whether it can be obeyed is another question. */
export interface PolicyObject extends KubeObject {
  readonly status?: unknown;
}

/** The path of all policies, or of one namespace's. */
export const collectionPath = (namespace?: string): string =>
  `/apis/${apiVersion}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;

export interface Page {
  readonly items: readonly PolicyObject[];
  readonly resourceVersion: string;
  /** Empty on the last page. */
  readonly continue: string;
}

/** A status as it is stored. */
type StatusBody = Readonly<Record<string, unknown>>;

const fewConditions = 16;
const isOfTooMany = /status\.conditions: Too many/;

/** So long an older CRD is taken to be the one that is installed. */
const knownOnlyMs = 10 * 60_000;

const evidences = ['rollout.evidence', 'guard.evidence', 'intent.rollout.evidence'];
const ofEvidence = ['fineAbsolute', 'fineRelative', 'environmentBadAt', 'wasFine', 'failingSince', 'luck'];

/** What came after the first version of the CRD, which keeps no field that it does not declare. */
export const sinceTheFirst = [
  ...['memory', 'change', 'answer', 'compared', 'lastHold', 'late', 'traffic', 'trouble', 'unpinned', 'wentBack'],
  ...['saturation', 'tuning', 'tuner', 'budget', 'errorBudget'],
  ...['candidate.cause', 'intent.unsent', 'adoption.takenBackAt', 'hold.begun', 'hold.quiet'],
  ...['guard.controlGone', 'guard.silenceTold'],
  ...['guard.fires', 'guard.reduced', 'guard.restored', 'guard.shared', 'guard.trial', 'guard.triedAt'],
  ...evidences.flatMap((evidence) => ofEvidence.map((field) => `${evidence}.${field}`)),
  ...['rollout.idle', 'rollout.saturation', 'intent.rollout.idle', 'intent.rollout.saturation'],
];

function firstKnown(status: StatusBody): StatusBody {
  const known = pruned(policySchema.properties!.status, status, true) as StatusBody;
  return sinceTheFirst.reduce<StatusBody>((left, path) => without(left, path.split('.')), known);
}

function without(body: StatusBody, [field, ...inner]: readonly string[]): StatusBody {
  if (field === undefined || body[field] === undefined) return body;
  const { [field]: content, ...rest } = body;
  if (inner.length === 0) return rest;
  const left = Array.isArray(content)
    ? content.map((one) => without(record(one), inner))
    : without(record(content), inner);
  return { ...rest, [field]: left };
}

/** The calls this operator makes on SLOPolicies. They throw what `persistently` throws. */
export class SloPolicies {
  readonly #config: PooledKubeConfig;
  readonly #patience: Patience;
  readonly #nowMs: () => number;
  #knownOnlyUntilMs = Number.NEGATIVE_INFINITY;

  constructor(config: PooledKubeConfig, patience: Patience = patient, nowMs: () => number = () => performance.now()) {
    this.#config = config;
    this.#patience = patience;
    this.#nowMs = nowMs;
  }

  /** One page over all namespaces, or over one. */
  async list(options: { namespace?: string; limit: number; continue?: string }): Promise<Page> {
    const { namespace, limit } = options;
    const query = { limit: String(limit), ...(options.continue !== undefined && { continue: options.continue }) };
    const list = await this.#ask<PolicyList>({ method: 'GET', path: collectionPath(namespace), query });
    return {
      items: list.items,
      resourceVersion: list.metadata.resourceVersion,
      continue: list.metadata.continue ?? '',
    };
  }

  get({ namespace, name }: PolicyKey): Promise<PolicyObject | undefined> {
    return this.#unlessGone({ method: 'GET', path: objectPath({ namespace, name }) });
  }

  /**
   * Makes the status what is given: fields this operator wrote before and leaves out now disappear. `base` is the policy
   * from which the status was made; undefined: it is gone. Conflict: by now it is another of the same name, or somebody
   * else wrote its status. A change of anything but the status is no reason not to write.
   */
  async applyStatus(base: PolicyObject, status: StatusBody): Promise<PolicyObject | undefined> {
    let known = base;
    for (let triesLeft = 3; ; triesLeft--) {
      try {
        return await this.#applied(known, status);
      } catch (error) {
        if (!(error instanceof Conflict) || triesLeft === 0) throw error;
        const now = await this.get(known.metadata);
        if (now === undefined) return undefined;
        if (now.metadata.uid !== base.metadata.uid) throw error;
        // An earlier try may have arrived although its answer did not.
        if (sameJson(now.status, status)) return now;
        if (!sameJson(now.status, base.status)) throw error;
        known = now;
      }
    }
  }

  /**
   * A CRD that is older than this operator does not know all that it remembers, and refuses an apply with any of it: then
   * what the CRD knows is stored, and all of it is tried again after a while.
   */
  async #applied(base: PolicyObject, status: StatusBody): Promise<PolicyObject | undefined> {
    if (this.#nowMs() < this.#knownOnlyUntilMs) return this.#applyStatus(base, firstKnown(status));
    try {
      return await this.#applyStatus(base, status);
    } catch (error) {
      if (!(error instanceof Undeclared)) throw error;
      this.#knownOnlyUntilMs = this.#nowMs() + knownOnlyMs;
      return this.#applyStatus(base, firstKnown(status));
    }
  }

  /** The first version of the CRD has room for fewer conditions than this operator may have to tell of. */
  async #applyStatus(base: PolicyObject, status: StatusBody): Promise<PolicyObject | undefined> {
    try {
      return await this.#sendStatus(base, status);
    } catch (error) {
      const { conditions } = status;
      if (!(error instanceof Refused) || !isOfTooMany.test(error.message) || !Array.isArray(conditions)) throw error;
      return this.#sendStatus(base, { ...status, conditions: conditions.slice(0, fewConditions) });
    }
  }

  // The server holds an apply to its resource version, but on a status not to its uid.
  #sendStatus({ metadata }: PolicyObject, status: StatusBody): Promise<PolicyObject | undefined> {
    const { name, namespace, resourceVersion } = metadata;
    const body = { apiVersion, kind, metadata: { name, namespace, resourceVersion }, status };
    return this.#unlessGone({
      method: 'PATCH',
      path: `${objectPath({ namespace, name })}/status`,
      query: { fieldManager: ourManager, force: 'true' },
      body,
      contentType: 'application/apply-patch+yaml',
    });
  }

  /**
   * Takes annotations away if the object is still what it was at `resourceVersion`, so that what a person has just
   * written is not removed unread: else Conflict.
   */
  async removeAnnotations(
    key: PolicyKey,
    resourceVersion: string,
    names: readonly string[],
  ): Promise<PolicyObject | undefined> {
    const annotations = Object.fromEntries(names.map((name) => [name, null]));
    const body = { metadata: { resourceVersion, annotations } };
    return this.#unlessGone({
      method: 'PATCH',
      path: objectPath(key),
      query: { fieldManager: ourManager },
      body,
      contentType: 'application/merge-patch+json',
    });
  }

  #ask<T>(call: Call): Promise<T> {
    return persistently(() => ask<T>(this.#config, call), this.#patience);
  }

  async #unlessGone(call: Call): Promise<PolicyObject | undefined> {
    try {
      return await this.#ask<PolicyObject>(call);
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }
}

interface PolicyList {
  readonly items: readonly PolicyObject[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

const objectPath = ({ namespace, name }: PolicyKey): string => `${collectionPath(namespace)}/${name}`;
