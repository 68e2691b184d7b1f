/** Where an operator may find itself: servers on this machine that answer badly or not at all, and kubeconfigs for them. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigFor } from '../../src/lab/doors/kubernetes.ts';

/** Whatever is opened here is gone when it is closed. */
export class Places {
  readonly #servers: Server[] = [];
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Places> {
    return new Places(await mkdtemp(join(tmpdir(), 'steadyrun-places-')));
  }

  /** `asked` resolves with its first request. Without an answer nobody ever gets one. */
  async server(
    answer: RequestListener = () => undefined,
  ): Promise<{ host: string; url: string; asked: Promise<unknown> }> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    this.#servers.push(server);
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { host, url: `http://${host}`, asked: once(server, 'request') };
  }

  async file(name: string, text: string): Promise<string> {
    const file = join(this.folder, name);
    await writeFile(file, text);
    return file;
  }

  kubeconfig(name: string, url: string): Promise<string> {
    return this.file(`${name}.kubeconfig`, kubeconfigFor(url));
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
    await rm(this.folder, { recursive: true });
  }
}

/** What the operator has written, a line of JSON each; throws where one is not. */
export const logged = (
  err: string,
): { readonly severity: string; readonly message: string; readonly problem?: string }[] =>
  err
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
