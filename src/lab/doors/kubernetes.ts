/** The lab's door as a Kubernetes API server. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Target } from '../apiserver/checks.ts';
import { discover } from '../apiserver/discovery.ts';
import { asCoreEvent } from '../apiserver/events.ts';
import { methodNotAllowed, unknownPath, unsupportedMediaType } from '../apiserver/failure.ts';
import { type Fault, type Faults, misbehaves } from '../apiserver/faults.ts';
import { collectGarbage } from '../apiserver/garbage.ts';
import {
  type Answer,
  asObject,
  failed,
  isTrue,
  mediaType,
  readBody,
  send,
  wantsTable,
  warned,
} from '../apiserver/http.ts';
import { Lists } from '../apiserver/lists.ts';
import { type ApiObject, child, type JsonObject } from '../apiserver/object.ts';
import { printed } from '../apiserver/printed.ts';
import { apiEvents, coreEvents, groupVersion, type Resource, sloPolicies } from '../apiserver/resources.ts';
import { type Route, route } from '../apiserver/routes.ts';
import { selectorOf } from '../apiserver/selectors.ts';
import { type Change, Store } from '../apiserver/store.ts';
import { fieldValidationOf } from '../apiserver/strict.ts';
import { type Column, includedOf, table } from '../apiserver/table.ts';
import { WatchStream } from '../apiserver/watch.ts';
import { type Admit, itself, patchTypes, type Writer, Writes } from '../apiserver/writes.ts';

export interface KubernetesDoorOptions {
  /** The world's time, for creation timestamps and ages. */
  readonly nowMs: () => number;
  readonly admit: Admit;
  /** What `kubectl get slopolicies` prints. */
  readonly columns: readonly Column[];
  readonly faults?: Faults;
}

/** One request, understood. */
interface Call {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly route: Route;
}

/**
 * The lab's Kubernetes: a small API server, in memory, for what this project and kubectl ask of one. Policies, events,
 * leases, namespaces and rules, with everything their clients rely on: resource versions, watches with bookmarks and expiry,
 * pages, server-side apply, status subresources, preconditions, Status objects for errors. No authentication.
 */
export class KubernetesDoor {
  readonly #options: KubernetesDoorOptions;
  readonly #store = new Store();
  readonly #lists = new Lists();
  readonly #writes: Writes;
  readonly #watches = new Set<WatchStream>();

  constructor(options: KubernetesDoorOptions) {
    this.#options = options;
    this.#writes = new Writes(this.#store, options.admit, options.nowMs);
    this.#writes.ensureNamespace('default');
    collectGarbage(this.#store);
  }

  /** The policies without HTTP but by the same rules, for the lab itself and for tests. Throws Failure. */
  readonly policies = {
    get: (namespace: string, name: string): ApiObject | undefined => this.#store.get(sloPolicies, namespace, name),
    list: (): readonly ApiObject[] => this.#store.list(sloPolicies),
    /** Creates the policy or replaces its specification, as `kubectl apply` of the file would. */
    put: (policy: JsonObject): ApiObject => {
      const { name, namespace = 'default' } = child(policy, 'metadata');
      const target = policyTarget(String(namespace), String(name));
      return this.#writes.patch(target, 'apply', policy, itself('lab'));
    },
    delete: (namespace: string, name: string): ApiObject =>
      this.#writes.delete(policyTarget(namespace, name), {}, false),
    /** Calls back after every change, until the returned function is called. */
    subscribe: (listener: (change: Change) => void): (() => void) =>
      this.#store.subscribe((change) => {
        if (change.resource === sloPolicies) listener(change);
      }),
  };

  events(): readonly ApiObject[] {
    return this.#store.list(apiEvents);
  }

  /** Forgets all history: a watch from before, or a list under way, is answered with 410. */
  compact(): void {
    this.#store.compact();
    this.#lists.expire();
  }

  /** Sends a bookmark on every watch now, rather than within the minute. */
  bookmark(): void {
    for (const watch of this.#watches) watch.bookmark();
  }

  /** The newest resource version. */
  get revision(): number {
    return this.#store.revision;
  }

  get watchCount(): number {
    return this.#watches.size;
  }

  /** Ends all watches. */
  close(): void {
    for (const watch of [...this.#watches]) watch.end();
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request, response).then(
      (answer) => answer && send(response, answer),
      (error: unknown) => (response.headersSent ? response.destroy() : send(response, failed(error))),
    );
  }

  /** undefined: whoever was called here answers, or nobody does. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://lab');
    const method = request.method ?? 'GET';
    const isWatch = method === 'GET' && isTrue(query.get('watch'));
    const userAgent = request.headers['user-agent'] ?? '';
    const fault = this.#options.faults?.({ method, path, query, isWatch, userAgent });
    if (misbehaves(fault, request)) return undefined;
    const described = method === 'GET' ? discover(path) : undefined;
    if (described !== undefined) return { code: 200, body: described };
    if (!path.startsWith('/api/') && !path.startsWith('/apis/')) throw unknownPath();
    const call: Call = { request, method, query, route: route(path) };
    if (isWatch) return this.#watch(call, response, fault);
    return method === 'GET' ? { code: 200, body: this.#read(call) } : this.#write(call);
  }

  #read(call: Call): JsonObject {
    const { resource: shown, name, namespace } = call.route;
    const { resource, present } = stored(shown);
    if (name !== '') {
      const object = present(this.#writes.live({ resource, namespace: namespace ?? '', name, subresource: '' }));
      return wantsTable(call.request) ? this.#table(call, [object], {}) : object;
    }
    const selector = selectorOf(call.query, shown);
    const all = (): readonly ApiObject[] => this.#store.list(resource, namespace).map(present).filter(selector);
    const { items, metadata } = this.#lists.page(call.query, all, this.#store.revision);
    if (wantsTable(call.request)) return this.#table(call, items, metadata);
    return { kind: `${shown.kind}List`, apiVersion: groupVersion(shown), metadata, items };
  }

  #watch(call: Call, response: ServerResponse, fault: Fault | undefined): undefined {
    const { resource: shown, name, namespace } = call.route;
    const { resource, present } = stored(shown);
    if (name !== '') call.query.set('fieldSelector', `metadata.name=${name}`);
    const selector = selectorOf(call.query, shown);
    const asTable = (object: ApiObject): JsonObject => this.#table(call, [present(object)], {});
    const stream = new WatchStream(this.#store, response, {
      resource,
      namespace,
      query: call.query,
      selector: (object) => selector(present(object)),
      present: wantsTable(call.request) ? asTable : present,
      fault: fault?.kind === 'Watch' ? fault : undefined,
    });
    this.#watches.add(stream);
    stream.start(() => this.#watches.delete(stream));
  }

  async #write(call: Call): Promise<Answer> {
    const { method, query, request } = call;
    const { resource, namespace, name, subresource } = call.route;
    const isCollection = name === '';
    if (resource === coreEvents || isCollection !== (method === 'POST') || namespace === undefined)
      throw methodNotAllowed();
    const target: Target = { resource, namespace, name, subresource };
    const warnings: string[] = [];
    const writer: Writer = {
      manager: query.get('fieldManager') ?? '',
      force: isTrue(query.get('force')),
      dryRun: query.get('dryRun') === 'All',
      unknown: fieldValidationOf(query.get('fieldValidation')),
      warn: (text) => warnings.push(text),
    };
    const named = {
      ...writer,
      manager: writer.manager || (request.headers['user-agent'] ?? '').split('/')[0] || 'unknown',
    };
    const body = await readBody(request);
    const answer = (code: number, object: ApiObject): Answer => ({ code, body: object, ...warned(warnings) });
    switch (method) {
      case 'POST':
        return answer(201, this.#writes.create(target, asObject(body), named));
      case 'PUT':
        return answer(200, this.#writes.replace(target, asObject(body), named));
      case 'PATCH': {
        const type = patchTypes[mediaType(request)];
        if (type === undefined) throw unsupportedMediaType(Object.keys(patchTypes));
        const isNew = this.#store.get(resource, namespace, name) === undefined;
        // Only an apply has to say who it is.
        const patched = this.#writes.patch(target, type, body, type === 'apply' ? writer : named);
        return answer(isNew ? 201 : 200, patched);
      }
      case 'DELETE': {
        const { metadata } = this.#writes.delete(target, asObject(body), writer.dryRun);
        const details = { name, group: resource.group, kind: resource.plural, uid: metadata.uid };
        return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
      }
      default:
        throw methodNotAllowed();
    }
  }

  #table({ route, query }: Call, objects: readonly ApiObject[], metadata: JsonObject): JsonObject {
    const print = printed(route.resource, this.#options.columns);
    return table(objects, print, metadata, this.#options.nowMs(), includedOf(query));
  }
}

/** Where a resource is kept, and how it is shown. */
function stored(resource: Resource): {
  readonly resource: Resource;
  readonly present: (object: ApiObject) => ApiObject;
} {
  return resource === coreEvents
    ? { resource: apiEvents, present: asCoreEvent }
    : { resource, present: (same) => same };
}

const policyTarget = (namespace: string, name: string): Target => ({
  resource: sloPolicies,
  namespace,
  name,
  subresource: '',
});

/** A kubeconfig for kubectl and for the operator: the lab asks nobody who they are. */
export function kubeconfigFor(url: string): string {
  return `apiVersion: v1
kind: Config
current-context: lab
clusters:
  - name: lab
    cluster: {server: "${url}"}
users:
  - name: lab
    user: {}
contexts:
  - name: lab
    context: {cluster: lab, user: lab, namespace: default}
`;
}
