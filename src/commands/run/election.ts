/** Whether this process stands for election, and what is told of it. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { PooledKubeConfig } from '../../kubernetes/http/client.ts';
import { Denied, Unauthenticated } from '../../kubernetes/http/errors.ts';
import { LeaderElection, type LeaseNews } from '../../kubernetes/leader/lease.ts';
import { KubernetesLease } from '../../kubernetes/leader/leases.ts';
import { monotonicClock } from '../../kubernetes/leader/monotonic.ts';

const leaseName = 'steadyrun';

export interface ElectionOptions {
  readonly config: PooledKubeConfig;
  readonly namespace: string | undefined;
  /** undefined: only inside a cluster, where there may be another. */
  readonly wanted: boolean | undefined;
  readonly isLab: boolean;
  readonly stop: AbortSignal;
  readonly log: Logger;
  readonly onNews: (news: LeaseNews) => void;
}

export interface Election {
  readonly leader: LeaderElection;
  /** Where the lease is, as namespace/name. */
  readonly lease: string;
}

export function electionIn(options: ElectionOptions): Election | null {
  const { config, namespace: given, wanted, isLab, log, onNews, stop } = options;
  const inCluster = process.env.KUBERNETES_SERVICE_HOST !== undefined && !isLab;
  if (!(wanted ?? inCluster)) return null;
  const namespace = given ?? process.env.POD_NAMESPACE ?? config.namespace();
  const identity = process.env.POD_NAME ?? `${hostname()}_${randomUUID()}`;
  const lease = `${namespace}/${leaseName}`;
  const leader = new LeaderElection({
    store: new KubernetesLease(config, namespace, leaseName),
    identity,
    clock: monotonicClock,
    wallMs: Date.now,
    random: Math.random,
    onNews: (news) => {
      // It hangs up at the end.
      if (news.kind === 'Failing' && stop.aborted) return;
      tell(log, { lease, identity }, news);
      onNews(news);
    },
  });
  return { leader, lease };
}

function tell(log: Logger, about: { readonly lease: string; readonly identity: string }, news: LeaseNews): void {
  const level = levelOf(news);
  const problem = news.kind === 'Failing' ? messageOf(news.error) : news.kind === 'Lost' ? news.why : undefined;
  const holder = news.kind === 'HeldByAnother' ? news.holder : undefined;
  log[level]({ ...about, ...(holder !== undefined && { holder }), ...(problem && { problem }) }, sentence(news));
}

function levelOf(news: LeaseNews): 'debug' | 'info' | 'warn' {
  if (news.kind === 'Failing') return isToldOfTheCluster(news.error) ? 'debug' : 'warn';
  return news.kind === 'Lost' ? 'warn' : 'info';
}

function sentence(news: LeaseNews): string {
  switch (news.kind) {
    case 'Acquired':
      return 'leading: this process holds the lease';
    case 'Lost':
      return 'leading no longer: the lease is lost';
    case 'Released':
      return 'the lease is given back';
    case 'HeldByAnother':
      return `standing by: ${news.holder} holds the lease`;
    case 'Recovered':
      return 'the lease can be read and written again';
    case 'Failing':
      return news.leftMs > 0
        ? `the lease could not be renewed; it is lost in ${Math.round(news.leftMs / 1000)} s unless it can be`
        : 'standing by: the lease cannot be had; it is tried for ever';
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is told once for the whole cluster, with what to do about it. */
export const isToldOfTheCluster = (error: unknown): boolean =>
  error instanceof Denied || error instanceof Unauthenticated;
