/** The lab's Cloud Run: the Admin API v2 as its REST clients speak it, and v1 as gcloud does. No authentication. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AdminApi } from '../adminapi/calls.ts';
import { enumsByNumber } from '../adminapi/enums.ts';
import type { Fault, Faults } from '../adminapi/faults.ts';
import { KnativeApi } from '../adminapi/knative.ts';
import { Refusal } from '../world/refusal.ts';
import type { World } from '../world.ts';
import { failed, failure } from './failure.ts';
import { type Answer, readObject, send } from './http.ts';

export interface CloudRunDoorOptions {
  readonly world: World;
  readonly faults?: Faults;
}

export class CloudRunDoor {
  readonly #api: AdminApi;
  readonly #knative: KnativeApi;
  readonly #faults: Faults;

  constructor(options: CloudRunDoorOptions) {
    this.#api = new AdminApi(options.world);
    this.#knative = new KnativeApi(options.world);
    this.#faults = options.faults ?? (() => undefined);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const userAgent = request.headers['user-agent'] ?? '';
    const { pathname } = new URL(request.url ?? '/', 'http://lab');
    const fault = this.#faults({ method: request.method ?? 'GET', path: pathname, userAgent });
    if (fault === undefined) {
      send(response, await this.#answer(request));
    } else {
      if (fault.applied === true) await this.#answer(request);
      misbehave(fault, request, response);
    }
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    try {
      const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://lab');
      const isV1 = /^\/(apis\/serving\.knative\.dev\/)?v1\//.test(pathname);
      if (!isV1 && !pathname.startsWith('/v2/')) throw new Refusal('NOT_FOUND', `There is nothing at ${pathname}`);
      const call = {
        method: request.method ?? 'GET',
        path: decodeURIComponent(isV1 ? pathname : pathname.slice('/v2'.length)),
        query,
        by: authorOf(request),
        body: await readObject(request),
      };
      if (isV1) return { code: 200, body: this.#knative.answer(call) };
      const json = this.#api.answer(call);
      return { code: 200, body: /enum-encoding=int/.test(query.get('$alt') ?? '') ? enumsByNumber(json) : json };
    } catch (error) {
      return failed(error);
    }
  }
}

/** Who a write is said to be by: the operator, or whatever the client calls itself. */
function authorOf(request: IncomingMessage): string {
  const userAgent = request.headers['user-agent'] ?? 'unknown';
  return userAgent.startsWith('steadyrun/') ? 'operator' : userAgent;
}

function misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  switch (fault.kind) {
    case 'Answer':
      send(response, failure(fault.code, fault.status, 'the lab was told to fail', fault.retryAfterSeconds));
      return;
    case 'Page':
      response.writeHead(fault.code, { 'content-type': 'text/html' });
      response.end('<!DOCTYPE html><title>Error</title><p>Something between us and Google.');
      return;
    case 'Reset':
      request.socket.resetAndDestroy();
  }
}
