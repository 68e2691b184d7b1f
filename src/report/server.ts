/** /metrics, /livez and /readyz. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface Health {
  /** What is not right yet, or null. */
  readonly unready: () => string | null;
  readonly dead: () => string | null;
}

export async function serve(
  registry: Registry,
  health: Health,
  address: { host?: string; port: number },
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    const answer = (code: number, text: string, type = 'text/plain; charset=utf-8') =>
      response.writeHead(code, { 'content-type': type }).end(text);
    const verdict = (problem: string | null) => answer(problem === null ? 200 : 503, `${problem ?? 'ok'}\n`);
    switch (request.url?.split('?')[0]) {
      case '/livez':
        return verdict(health.dead());
      case '/readyz':
        return verdict(health.unready());
      case '/metrics':
        return answer(200, await registry.metrics(), registry.contentType);
      default:
        return answer(404, 'This server has /metrics, /livez and /readyz.\n');
    }
  });
  server.listen(address.port, address.host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
