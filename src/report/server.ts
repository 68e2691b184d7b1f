/** /metrics, /livez and /readyz. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { systemTrouble } from '../facts/system-error.ts';

export interface Health {
  /** What is not right yet, or null. */
  readonly unready: () => string | null;
  readonly dead: () => string | null;
}

interface Answer {
  readonly code: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Resolves when the port is open; rejects in one sentence when it cannot be had. Port 0 takes any. */
export async function serve(
  registry: Registry,
  health: Health,
  address: { host?: string; port: number },
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    const { code, text, headers } = await answer(request, registry, health);
    response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text);
  });
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { message } = systemTrouble(cause, 'Listen');
    throw new Error(`port ${address.port} for /metrics cannot be had: ${message}; --metrics-port takes another`, {
      cause,
    });
  }
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

async function answer({ method, url }: IncomingMessage, registry: Registry, health: Health): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') {
    return { code: 405, text: 'This server is only read from.\n', headers: { allow: 'GET, HEAD' } };
  }
  switch (url?.split('?')[0]) {
    case '/livez':
      return verdict(health.dead());
    case '/readyz':
      return verdict(health.unready());
    case '/metrics':
      return measured(registry);
    default:
      return { code: 404, text: 'This server has /metrics, /livez and /readyz.\n' };
  }
}

const verdict = (problem: string | null): Answer =>
  problem === null ? { code: 200, text: 'ok\n' } : { code: 503, text: `${problem}\n` };

/** A metric that cannot be collected must not take the operator down. */
async function measured(registry: Registry): Promise<Answer> {
  try {
    return { code: 200, text: await registry.metrics(), headers: { 'content-type': registry.contentType } };
  } catch (error) {
    return { code: 500, text: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
