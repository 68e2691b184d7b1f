import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One door on a free loopback port. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<{ port: number; origin: string; close(): Promise<void> }> {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return { port, origin: `http://127.0.0.1:${port}`, close };
}

/** The fields of an answer that some test looks at by name; the rest is matched whole. */
export interface Json {
  readonly name: string;
  readonly now: string;
  readonly starts: string;
  readonly nowMs: number;
  readonly wallMs: number;
  readonly speed: number;
  readonly lastModifier: string;
  readonly scaling: object;
  readonly done: boolean;
  readonly latestReadyRevision: string;
  readonly metadata: object;
  readonly error: { readonly status: string; readonly message: string };
  readonly revisions: readonly { readonly name: string }[];
  readonly services: readonly object[];
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

/** One request with a JSON answer. */
export async function call(
  method: string,
  url: string,
  body?: unknown,
  userAgent = 'curl/8',
): Promise<{ code: number; json: Json }> {
  const payload = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, { method, headers: { 'user-agent': userAgent }, ...payload });
  return { code: response.status, json: (await response.json()) as Json };
}
