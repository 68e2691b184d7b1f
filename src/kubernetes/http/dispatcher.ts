/** Connections that are shared for as long as the credentials stay the same. */
import { createHash } from 'node:crypto';
import type { DispatcherOptions } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';

/** Idle connections live this long: requests a minute apart need no new TLS handshake. */
const keepAliveMs = 75_000;

/**
 * One connection pool for as long as the credentials stay the same. Rotated ones (a new CA, a new client certificate) get
 * a new pool; requests under way on the old one finish there.
 */
export class CredentialPool {
  #fingerprint = '';
  #dispatcher: Dispatcher | undefined;
  readonly #retired = new Set<Dispatcher>();

  for(options: DispatcherOptions): Dispatcher {
    const fingerprint = fingerprintOf(options);
    if (this.#dispatcher !== undefined && fingerprint === this.#fingerprint) return this.#dispatcher;
    if (this.#dispatcher !== undefined) this.#retire(this.#dispatcher);
    this.#fingerprint = fingerprint;
    this.#dispatcher = build(options);
    return this.#dispatcher;
  }

  /** Ends every connection, also those in use. */
  async close(): Promise<void> {
    const all = [...this.#retired, ...(this.#dispatcher === undefined ? [] : [this.#dispatcher])];
    this.#dispatcher = undefined;
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  #retire(dispatcher: Dispatcher): void {
    this.#retired.add(dispatcher);
    void dispatcher.close().finally(() => this.#retired.delete(dispatcher));
  }
}

function build(options: DispatcherOptions): Dispatcher {
  switch (options.type) {
    case 'agent':
      return new Agent({ connect: connectOptions(options.connect), keepAliveTimeout: keepAliveMs });
    case 'proxy':
      return new ProxyAgent({
        uri: options.uri,
        requestTls: connectOptions(options.requestTls),
        keepAliveTimeout: keepAliveMs,
      });
    case 'none':
      return new Agent({ keepAliveTimeout: keepAliveMs });
    case 'socks':
      throw new Error('a SOCKS proxy (proxy-url in the kubeconfig) is not supported; use an HTTP proxy');
  }
}

// The two libraries declare the same TLS options apart from `undefined`, which undici does not want to see.
function connectOptions(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function fingerprintOf(options: DispatcherOptions): string {
  const plain = JSON.stringify(options, (_key, value: unknown) =>
    value instanceof Uint8Array ? String(value) : value,
  );
  return createHash('sha256').update(plain).digest('hex');
}
