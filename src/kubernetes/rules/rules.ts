/** The port RuleObjects over the API server: GlobalRules of Google Managed Prometheus, PrometheusRules of its operator. */
import { Conflict } from '../../ports/errors.ts';
import {
  type HeldRules,
  KindUnknown,
  NotGranted,
  type OwnerReference,
  type RuleKind,
  type RuleManifest,
  type RuleName,
  type RuleObjects,
  SetByOthers,
} from '../../ports/rule-objects.ts';
import type { Call } from '../http/call.ts';
import type { PooledKubeConfig } from '../http/client.ts';
import { Denied, NotFound } from '../http/errors.ts';
import { ask } from '../http/rest.ts';
import { ourManager } from '../policies/slopolicies.ts';

interface KindFacts {
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const version = 'v1';

export const ruleKinds: Readonly<Record<RuleKind, KindFacts>> = {
  GlobalRules: { group: 'monitoring.googleapis.com', plural: 'globalrules', namespaced: false },
  PrometheusRule: { group: 'monitoring.coreos.com', plural: 'prometheusrules', namespaced: true },
};

/** A webhook that looks at the rules may take its time; whoever asks tries again later, and nobody waits for it. */
const timeoutMs = 10_000;
/** An object may be as large as a megabyte. */
const pageSize = 20;
const ours = 'app.kubernetes.io/managed-by=steadyrun';

export class KubernetesRules implements RuleObjects {
  readonly #config: PooledKubeConfig;
  /** undefined: all namespaces are looked at. */
  readonly #namespace: string | undefined;

  constructor(config: PooledKubeConfig, namespace?: string) {
    this.#config = config;
    this.#namespace = namespace;
  }

  async read(name: RuleName): Promise<HeldRules | null> {
    try {
      return held(name.kind, await this.#ask<RawRules>({ method: 'GET', path: pathOf(name) }));
    } catch (error) {
      if (isGone(error, name)) return null;
      throw typed(error, name.kind);
    }
  }

  async *list(kind: RuleKind): AsyncIterable<readonly HeldRules[]> {
    const { namespaced } = ruleKinds[kind];
    const path = collectionOf(kind, namespaced ? this.#namespace : undefined);
    for (let token: string | undefined; token !== ''; ) {
      const query = { labelSelector: ours, limit: String(pageSize), ...(token !== undefined && { continue: token }) };
      const page = await this.#page(kind, { method: 'GET', path, query });
      yield page.items.map((raw) => held(kind, raw));
      token = page.metadata.continue ?? '';
    }
  }

  async apply(manifest: RuleManifest, seen: HeldRules | null): Promise<HeldRules> {
    const { kind, metadata } = manifest;
    const name = { kind, ...metadata };
    const lock = seen && { uid: seen.uid, resourceVersion: seen.resourceVersion };
    const call: Call = {
      method: 'PATCH',
      path: pathOf(name),
      // Without force: what a person has set is a conflict to tell of. Strictly: what the kind does not know is no rule.
      query: { fieldManager: ourManager, force: 'false', fieldValidation: 'Strict' },
      body: { ...manifest, metadata: { ...metadata, ...lock } },
      contentType: 'application/apply-patch+yaml',
    };
    try {
      return held(kind, await this.#ask<RawRules>(call));
    } catch (error) {
      throw setByOthers(error) ?? typed(error, kind);
    }
  }

  async remove(seen: HeldRules): Promise<void> {
    const { uid, resourceVersion } = seen;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    try {
      await this.#ask({ method: 'DELETE', path: pathOf(seen), body });
    } catch (error) {
      if (!isGone(error, seen)) throw typed(error, seen.kind);
    }
  }

  async #page(kind: RuleKind, call: Call): Promise<RawPage> {
    try {
      return await this.#ask<RawPage>(call);
    } catch (error) {
      throw typed(error, kind);
    }
  }

  #ask<T>(call: Call): Promise<T> {
    return ask<T>(this.#config, { ...call, timeoutMs });
  }
}

interface RawRules {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
    readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string }[];
  };
  readonly spec?: unknown;
}

interface RawPage {
  readonly items: readonly RawRules[];
  readonly metadata: { readonly continue?: string };
}

function held(kind: RuleKind, { metadata, spec }: RawRules): HeldRules {
  const { name, namespace, uid, resourceVersion, labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const hands = metadata.managedFields ?? [];
  return {
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
    uid,
    resourceVersion,
    isOurs: hands.some(({ manager, operation }) => manager === ourManager && operation === 'Apply'),
    labels,
    annotations,
    ownerReferences,
    spec,
  };
}

function collectionOf(kind: RuleKind, namespace: string | undefined): string {
  const { group, plural } = ruleKinds[kind];
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/${group}/${version}${within}/${plural}`;
}

const pathOf = ({ kind, namespace, name }: RuleName): string =>
  `${collectionOf(kind, namespace)}/${encodeURIComponent(name)}`;

/** A kind that is not known is not found, too; only of an object its name is told. */
const isGone = (error: unknown, { name }: RuleName): boolean =>
  error instanceof NotFound && error.message.includes(`"${name}" not found`);

function typed(error: unknown, kind: RuleKind): unknown {
  const cause = { cause: error };
  if (error instanceof Denied) return new NotGranted(error.message, cause);
  // A namespace that does not exist is named like an object.
  if (error instanceof NotFound && !error.message.includes('namespaces "')) {
    return new KindUnknown(`Kubernetes knows no ${kind} (${ruleKinds[kind].group}/${version})`, cause);
  }
  return error;
}

/** "conflict with "kubectl-edit" using monitoring.coreos.com/v1: .spec.groups", or several managers with their fields in lines. */
function setByOthers(error: unknown): SetByOthers | null {
  if (!(error instanceof Conflict) || !error.message.includes('Apply failed with')) return null;
  const { message } = error;
  const managers = [...message.matchAll(/conflicts? with "([^"]+)"/g)].map(([, manager]) => manager!);
  const fields = [...message.matchAll(/(?:^- |: )(\.[^\n]+)$/gm)].map(([, field]) => field!);
  return new SetByOthers(message, { managers: [...new Set(managers)], fields: [...new Set(fields)] }, { cause: error });
}
