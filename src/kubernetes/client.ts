import type { AgentOptions } from 'node:https';
import {
  type ApiConstructor,
  type ApiType,
  type Cluster,
  type ConfigurationOptions,
  createConfiguration,
  type DispatcherOptions,
  KubeConfig,
  Observable,
  type ObservableMiddleware,
  type RequestContext,
  ServerConfiguration,
} from '@kubernetes/client-node';
import { userAgent } from '../manifest.ts';
import { CredentialPool } from './dispatcher.ts';

/** An API server that takes longer has a problem; watches have their own limits. */
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * A kubeconfig whose API clients share connections, time out and say who they are. The base class would open a new
 * connection, with a new TLS handshake, for every single request.
 */
export class PooledKubeConfig extends KubeConfig {
  readonly #pool = new CredentialPool();
  #options: DispatcherOptions = { type: 'none' };

  /** Called by the base class for each request, after it has read the credentials anew. */
  override createDispatcherOptions(cluster: Cluster | null, agentOptions: AgentOptions): DispatcherOptions {
    this.#options =
      cluster?.server.startsWith('http:') && isLoopback(cluster.server)
        ? { type: 'none' }
        : super.createDispatcherOptions(cluster, agentOptions);
    return { type: 'none' };
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    context.setDispatcher(this.#pool.for(this.#options));
  }

  override makeApiClient<T extends ApiType>(api: ApiConstructor<T>): T {
    return new api(
      createConfiguration({
        baseServer: new ServerConfiguration(this.server(), {}),
        authMethods: { default: this },
        middleware: [before((request) => request.setHeaderParam('User-Agent', userAgent)), timeout(REQUEST_TIMEOUT_MS)],
      }),
    );
  }

  /** The API server's address, without a slash at its end. */
  server(): string {
    const cluster = this.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig names no current cluster');
    return cluster.server.replace(/\/+$/, '');
  }

  /** The current context's namespace. */
  namespace(): string {
    return this.getContextObject(this.getCurrentContext())?.namespace || 'default';
  }

  /** Ends all connections; for shutdown. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}

export interface ClusterAddress {
  /** A kubeconfig file. */
  readonly kubeconfig?: string;
  /** A plain-HTTP loopback address without credentials, as the lab has one. */
  readonly url?: string;
}

/** Where nothing is said, the cluster this process runs in, else what kubectl would use. */
export function loadKubeConfig(address: ClusterAddress = {}): PooledKubeConfig {
  const config = new PooledKubeConfig();
  if (address.url !== undefined) {
    if (!isLoopback(address.url)) throw new Error(`${address.url}: plain HTTP is accepted on loopback addresses only`);
    config.loadFromClusterAndUser({ name: 'url', server: address.url, skipTLSVerify: false }, { name: 'nobody' });
  } else if (address.kubeconfig !== undefined) config.loadFromFile(address.kubeconfig);
  else if (process.env.KUBERNETES_SERVICE_HOST !== undefined) config.loadFromCluster();
  else config.loadFromDefault();
  return config;
}

/** Per-call options; what is given here is added to what every call has. */
export function callOptions(options: {
  readonly contentType?: string;
  readonly timeoutMs?: number;
}): ConfigurationOptions {
  const { contentType, timeoutMs } = options;
  const middleware: ObservableMiddleware[] = [];
  if (contentType !== undefined)
    middleware.push(before((request) => request.setHeaderParam('Content-Type', contentType)));
  if (timeoutMs !== undefined) middleware.push(timeout(timeoutMs));
  return { middleware, middlewareMergeStrategy: 'append' };
}

function timeout(lengthMs: number): ObservableMiddleware {
  return before((request) => request.setSignal(AbortSignal.timeout(lengthMs)));
}

function before(change: (request: RequestContext) => void): ObservableMiddleware {
  return {
    pre: (request) => {
      change(request);
      return new Observable(Promise.resolve(request));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
