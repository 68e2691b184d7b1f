/** The lab's Cloud Run: the Admin API v2 as its REST clients speak it. No authentication. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AdminApi } from '../adminapi/calls.ts';
import { enumsByNumber } from '../adminapi/enums.ts';
import type { Fault, Faults } from '../adminapi/faults.ts';
import { type Code, Refusal } from '../world/refusal.ts';
import type { World } from '../world.ts';
import { type Answer, readObject, send } from './http.ts';

export interface CloudRunDoorOptions {
  readonly world: World;
  readonly faults?: Faults;
}

const httpCodes: Readonly<Record<Code, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  UNIMPLEMENTED: 501,
};

export class CloudRunDoor {
  readonly #api: AdminApi;
  readonly #faults: Faults;

  constructor(options: CloudRunDoorOptions) {
    this.#api = new AdminApi(options.world);
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
      if (!pathname.startsWith('/v2/')) throw new Refusal('NOT_FOUND', `There is nothing at ${pathname}`);
      const path = decodeURIComponent(pathname.slice('/v2'.length));
      const call = {
        method: request.method ?? 'GET',
        path,
        query,
        by: authorOf(request),
        body: await readObject(request),
      };
      const json = this.#api.answer(call);
      return { code: 200, body: /enum-encoding=int/.test(query.get('$alt') ?? '') ? enumsByNumber(json) : json };
    } catch (error) {
      if (error instanceof Refusal) return failure(httpCodes[error.code], error.code, error.message);
      return failure(500, 'INTERNAL', String(error));
    }
  }
}

/** Who a write is said to be by: the operator, or whatever the client calls itself. */
function authorOf(request: IncomingMessage): string {
  const userAgent = request.headers['user-agent'] ?? 'unknown';
  return userAgent.startsWith('steadyrun/') ? 'operator' : userAgent;
}

function failure(code: number, status: string, message: string, retryAfterSeconds?: number): Answer {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { code, body: { error: { code, message, status, details: [] } }, headers };
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
