/** The cluster that is spoken to, and as whom. */
import type { AgentOptions } from 'node:https';
import { type Cluster, type DispatcherOptions, KubeConfig, type RequestContext } from '@kubernetes/client-node';
import { isLoopback } from '../../facts/loopback.ts';
import { oneLine } from '../../facts/one-line.ts';
import { isSystemError, systemTrouble, unreached } from '../../facts/system-error.ts';
import { Unavailable } from '../../ports/errors.ts';
import type { OnAnswer } from './call.ts';
import { CredentialPool } from './dispatcher.ts';

/**
 * A kubeconfig whose API clients share connections, time out and say who they are. The base class would open a new
 * connection, with a new TLS handshake, for every single request.
 */
export class PooledKubeConfig extends KubeConfig {
  /** Told of every call and what came of it. */
  onAnswer: OnAnswer = () => {};
  readonly #pool = new CredentialPool();
  #options: DispatcherOptions = { type: 'none' };

  /** Called by the base class for each request, after it has read the credentials anew. */
  override createDispatcherOptions(cluster: Cluster | null, agentOptions: AgentOptions): DispatcherOptions {
    this.#options =
      cluster?.server.startsWith('http:') && isLoopback(new URL(cluster.server))
        ? { type: 'none' }
        : super.createDispatcherOptions(cluster, agentOptions);
    return { type: 'none' };
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    try {
      await super.applySecurityAuthentication(context);
    } catch (cause) {
      throw withoutCredentials(this.getCurrentUser()?.exec, cause);
    }
    context.setDispatcher(this.#pool.for(this.#options));
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

/** What the library passes on of a user's command. */
interface Exec {
  readonly command?: string;
  readonly installHint?: string;
}

/** The server was not asked: whose fault it is says who was to bring the credentials. */
function withoutCredentials(exec: Exec | undefined, cause: unknown): unknown {
  if (exec?.command === undefined) return cause;
  const who = `the kubeconfig has its credentials from the command ${exec.command}`;
  const hint = exec.installHint?.trim() || 'install it, or put it on the PATH';
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  const what = isMissing
    ? `${who}, which is not there: ${oneLine(hint)}`
    : `${who}, which failed: ${oneLine(unreached(cause))}`;
  return new Unavailable(`Kubernetes is not asked: ${what}`, { cause });
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
    if (!isLoopback(new URL(address.url)))
      throw new Error(`${address.url}: plain HTTP is accepted on loopback addresses only`);
    config.loadFromClusterAndUser({ name: 'url', server: address.url, skipTLSVerify: false }, { name: 'nobody' });
  } else if (address.kubeconfig !== undefined) readFrom(config, address.kubeconfig);
  else if (process.env.KUBERNETES_SERVICE_HOST !== undefined) config.loadFromCluster();
  else readUsual(config);
  return config;
}

function readFrom(config: PooledKubeConfig, file: string): void {
  try {
    config.loadFromFile(file);
    config.server();
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Whatever kubectl would read; of several files the library does not say which one it could not. */
function readUsual(config: PooledKubeConfig): void {
  try {
    config.loadFromDefault();
  } catch (cause) {
    const { path = process.env.KUBECONFIG } = cause as NodeJS.ErrnoException;
    throw unreadable(path ?? "kubectl's file", cause);
  }
}

function unreadable(file: string, cause: unknown): Error {
  if (isSystemError(cause)) {
    const { message, hint } = systemTrouble(cause, 'Read');
    return new Error(`the kubeconfig ${file}: ${message}; ${hint}`, { cause });
  }
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new Error(`${file} cannot be read as a kubeconfig: ${reason}`, { cause });
}
