/** Stands between the operator and its API server, and answers for it while it is told to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** The code to answer with; null: the server's own answer. */
export type Answers = (asked: Asked) => number | null;

export async function startProxy(target: string, answers: Answers): Promise<{ url: string; close: () => void }> {
  const server: Server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const body = method === 'GET' ? '' : await bodyOf(incoming);
    const code = answers({ method, path: url, body });
    if (code !== null) {
      const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message: 'the proxy was told to' };
      outgoing.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(status));
      return;
    }
    const passed = request(new URL(url, target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    passed.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
