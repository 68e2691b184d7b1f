/** One watch: what changes, bookmarks, and its end. */
import type { ServerResponse } from 'node:http';
import { badRequest, expired, Failure } from './failure.ts';
import type { WatchEnd } from './faults.ts';
import { isTrue } from './http.ts';
import type { ApiObject, JsonObject } from './object.ts';
import type { Resource } from './resources.ts';
import type { Selector } from './selectors.ts';
import type { Change, Store } from './store.ts';

export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
  readonly selector: Selector;
  /** How an object is sent: as it is, under an older API, or as a table of one row. */
  readonly present: (object: ApiObject) => JsonObject;
  readonly fault: { readonly afterLines: number; readonly then: WatchEnd } | undefined;
}

const bookmarkMs = 60_000;
/** The server's own limit where the client names none. */
const defaultTimeoutS = 1800;

/** One watch: history from a resource version, or the present state, then every change as it happens. */
export class WatchStream {
  readonly #store: Store;
  readonly #request: WatchRequest;
  readonly #response: ServerResponse;
  readonly #ends: (() => void)[] = [];
  /** The client knows everything up to here; one from the future hears nothing until then. */
  #from = 0;
  #lines = 0;
  #isOver = false;

  constructor(store: Store, response: ServerResponse, request: WatchRequest) {
    this.#store = store;
    this.#request = request;
    this.#response = response;
  }

  /** `onEnd` is called once, however it ends. Throws Failure for a request that makes no sense. */
  start(onEnd: () => void): void {
    const { query } = this.#request;
    const version = query.get('resourceVersion') ?? '';
    if (!/^\d*$/.test(version)) throw badRequest(`invalid resource version: ${version}`);
    this.#ends.push(onEnd);
    this.#response.on('close', () => this.#finish());
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    if (this.#breaks()) return;
    this.#begin(Number(version));
    if (this.#isOver) return;
    this.#ends.push(this.#store.subscribe((change) => this.#change(change)));
    const timeoutS = Number(query.get('timeoutSeconds') ?? defaultTimeoutS);
    const timeout = setTimeout(() => this.end(), timeoutS * 1000);
    const bookmarks = setInterval(() => this.bookmark(), bookmarkMs);
    this.#ends.push(() => {
      clearTimeout(timeout);
      clearInterval(bookmarks);
    });
  }

  /** Tells the client how far it has come, where it asked for that. */
  bookmark(annotations?: JsonObject): void {
    if (!isTrue(this.#request.query.get('allowWatchBookmarks'))) return;
    const { kind, group, version } = this.#request.resource;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const metadata = { resourceVersion: String(this.#store.revision), ...(annotations ? { annotations } : {}) };
    this.#send('BOOKMARK', { kind, apiVersion, metadata });
  }

  end(): void {
    if (!this.#isOver) this.#response.end();
    this.#finish();
  }

  /** The present state where no version is given, else what has happened since it. */
  #begin(from: number): void {
    this.#from = from;
    const wantsState = isTrue(this.#request.query.get('sendInitialEvents'));
    if (wantsState || from === 0) this.#sendState();
    if (wantsState) this.bookmark({ 'k8s.io/initial-events-end': 'true' });
    if (wantsState || from === 0) return;
    const history = this.#store.since(from);
    // As with a real server, the request itself has succeeded: the error is an event.
    if (history === undefined) this.#fail(expired(`too old resource version: ${from} (${this.#store.revision})`));
    else for (const change of history) this.#change(change);
  }

  #sendState(): void {
    const { resource, namespace, selector, present } = this.#request;
    for (const object of this.#store.list(resource, namespace))
      if (selector(object)) this.#send('ADDED', present(object));
  }

  /** With a selector, an object that begins or ceases to match is added or deleted as far as this client can tell. */
  #change(change: Change): void {
    const { resource, namespace, selector, present } = this.#request;
    if (change.resource !== resource || change.revision <= this.#from) return;
    if (namespace !== undefined && (change.object.metadata.namespace ?? '') !== namespace) return;
    const before = change.previous !== undefined && selector(change.previous);
    const after = change.type !== 'DELETED' && selector(change.object);
    if (!before && !after) return;
    this.#send(!before ? 'ADDED' : after ? 'MODIFIED' : 'DELETED', present(change.object));
  }

  #fail(failure: Failure): void {
    this.#send('ERROR', failure.status());
    this.end();
  }

  #send(type: string, object: JsonObject): void {
    if (this.#isOver) return;
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
    this.#lines++;
    this.#breaks();
  }

  /** Plays the fault once its line has come. */
  #breaks(): boolean {
    const { fault } = this.#request;
    if (fault === undefined || this.#isOver || this.#lines < fault.afterLines) return false;
    switch (fault.then) {
      case 'Silence':
        this.#finish();
        break;
      case 'Reset':
        this.#response.socket?.resetAndDestroy();
        this.#finish();
        break;
      case 'CutMidLine':
        this.#response.write('{"type":"MODIFIED","object":{"apiVersion":"steadyrun.dev/v1al');
        this.end();
        break;
      case 'Garbage':
        this.#response.write('<html>502 Bad Gateway</html>\n');
        this.end();
        break;
      case 'Close':
        this.end();
        break;
      case 'Expired':
      case 'Error': {
        const failure =
          fault.then === 'Expired'
            ? expired('too old resource version')
            : new Failure(500, 'InternalError', 'etcdserver: leader changed');
        this.#response.write(`${JSON.stringify({ type: 'ERROR', object: failure.status() })}\n`);
        this.end();
      }
    }
    return true;
  }

  #finish(): void {
    this.#isOver = true;
    for (const end of this.#ends.splice(0)) end();
  }
}
