/** `steadyrun run`: the operator. The only place that builds adapters. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { type Access, loopbackOrigin } from '../cloudrun/access.ts';
import { googleCredentials } from '../cloudrun/credentials.ts';
import { createServices } from '../cloudrun/services.ts';
import type { Decided } from '../decide/decision.ts';
import { loadKubeConfig, type PooledKubeConfig } from '../kubernetes/http/client.ts';
import { KubernetesSecrets } from '../kubernetes/http/secrets.ts';
import { LeaderElection } from '../kubernetes/leader/lease.ts';
import { KubernetesLease } from '../kubernetes/leader/leases.ts';
import { monotonicClock } from '../kubernetes/leader/monotonic.ts';
import { EventRecorder } from '../kubernetes/policies/events.ts';
import { KubernetesPolicies } from '../kubernetes/policies/policies.ts';
import { collectionPath, SloPolicies } from '../kubernetes/policies/slopolicies.ts';
import { HttpListWatch } from '../kubernetes/watch/listwatch.ts';
import { Reflector } from '../kubernetes/watch/reflector.ts';
import { News } from '../kubernetes/watch/relevant.ts';
import { Operator } from '../loop/operator.ts';
import { WorkQueue } from '../loop/queue.ts';
import { manifest } from '../manifest.ts';
import { storedPolicy } from '../policy/parse.ts';
import { keyText } from '../policy/policy.ts';
import type { Clock, Fence } from '../ports/clock.ts';
import { createPromqlClient } from '../prometheus/http.ts';
import { PromqlMetrics } from '../prometheus/metrics.ts';
import type { Access as MetricsAccess } from '../prometheus/sign.ts';
import { logger } from '../report/log.ts';
import { OperatorMetrics } from '../report/metrics.ts';
import { serve } from '../report/server.ts';
import { systemClock } from '../system-clock.ts';
import { type LabDoors, type LabTime, labAt } from './lab-address.ts';

export interface RunOptions {
  readonly lab?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly metricsPort?: number;
  readonly workers: number;
  readonly leaderElect?: boolean;
  readonly logLevel: string;
}

const leaseName = 'steadyrun';
const retry = { retryBaseMs: 500, retryCapMs: 60_000 };
/** A reconcile that runs longer than this is stuck: its calls all have time-outs far below. */
const stuckMs = 5 * 60_000;

export async function run(options: RunOptions): Promise<number> {
  const log = logger(options.logLevel);
  // Nothing here leaves a promise alone; if a library does, it is better to start anew than to go on half.
  process.once('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'a promise was left alone');
    process.exit(1);
  });
  const stop = stopOnSignals(log);
  const lab = options.lab === undefined ? null : await labAt(options.lab);
  const clock = lab ? await labClock(lab.time) : systemClock;
  const config = kubeConfig(options, lab?.doors ?? null);
  const inCluster = process.env.KUBERNETES_SERVICE_HOST !== undefined && !lab;
  const elect = options.leaderElect ?? inCluster;
  const namespace = options.namespace ?? process.env.POD_NAMESPACE ?? config.namespace();

  let queue: WorkQueue | null = null;
  const news = new News();
  const cache = new Reflector({
    source: new HttpListWatch(config, collectionPath(options.namespace)),
    onChange: (key) => {
      if (news.isNews(key, cache.get(key))) queue?.add(key);
    },
    clock: monotonicClock,
    random: Math.random,
  });
  const election = elect
    ? new LeaderElection({
        store: new KubernetesLease(config, namespace, leaseName),
        identity: process.env.POD_NAME ?? `${hostname()}_${randomUUID()}`,
        clock: monotonicClock,
        wallMs: Date.now,
        random: Math.random,
      })
    : null;
  const fence: Fence = election ?? { check: () => undefined };
  const policies = new KubernetesPolicies({
    cache,
    api: new SloPolicies(config),
    events: new EventRecorder({
      config,
      instance: process.env.POD_NAME ?? hostname(),
      clock: monotonicClock,
      wallMs: () => clock.nowMs(),
      onFailure: (message) => log.warn({ problem: message }, 'an event was not told'),
    }),
    parse: storedPolicy,
    clock,
    fence,
  });
  const metrics = new OperatorMetrics({
    policies: () => policies.list(),
    queue: () => queue?.state() ?? idleQueue,
  });
  const server = await serve(
    metrics.registry,
    {
      unready: () => (cache.state().synced ? null : (cache.state().problem ?? 'the policies have not been listed yet')),
      dead: () => ((queue?.state().longestRunningMs ?? 0) > stuckMs ? 'a reconcile is stuck' : null),
    },
    { port: options.metricsPort ?? (lab ? 0 : 8080), ...(lab && { host: '127.0.0.1' }) },
  );
  log.info({ version: manifest.version, metricsPort: server.port, ...(lab && { lab: lab.doors.url }) }, 'started');

  cache.start();
  const secrets = new KubernetesSecrets({ config, clock: monotonicClock });
  const access = await accessTo(lab?.doors ?? null, secrets, stop, log);
  const world = {
    clock,
    fence,
    policies,
    services: await createServices({
      access: access.cloudRun,
      version: manifest.version,
      clock,
      signal: stop,
      onCall: (method, code) => metrics.called(method, code),
      onListDenied: (region, message) => log.warn({ region, problem: message }, 'services are read one by one'),
    }),
    metrics: new PromqlMetrics(
      createPromqlClient({
        access: access.prometheus,
        version: manifest.version,
        signal: stop,
        onCall: (kind, code) => metrics.called(`promql ${kind}`, code),
      }),
    ),
    onDecision: (policy: { key: { namespace: string; name: string } }, { decision }: Decided) => {
      metrics.decided(policy.key.namespace, policy.key.name, decision);
      const level = decision.write || decision.events.length > 0 ? 'info' : 'debug';
      const { action, reason, message } = decision;
      log[level](
        { policy: keyText(policy.key), action, reason, ...(decision.write && { split: decision.write.split }) },
        message,
      );
    },
  };

  const lead = async (signal: AbortSignal): Promise<void> => {
    const mine = new WorkQueue({ clock, ...retry });
    const operator = new Operator(world, mine, {
      onReconciled: (key, seconds, error) => {
        metrics.reconciled(seconds, error);
        if (error !== undefined) log.warn({ policy: keyText(key), problem: messageOf(error) }, 'looking again soon');
      },
      onLeft: (key, message) => log.info({ policy: keyText(key) }, message),
    });
    queue = mine;
    for (const { key } of policies.list()) mine.add(keyText(key));
    signal.addEventListener('abort', () => void mine.shutdown(), { once: true });
    if (signal.aborted) void mine.shutdown();
    await operator.run(options.workers);
    queue = null;
  };
  await (election ? election.run(lead, stop) : lead(stop));

  await Promise.allSettled([cache.stop(), server.close(), config.close()]);
  log.info('stopped');
  return 0;
}

const idleQueue = { depth: 0, processing: 0, delayed: 0, adds: 0, retries: 0, longestRunningMs: 0 };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function kubeConfig({ kubeconfig }: RunOptions, doors: LabDoors | null): PooledKubeConfig {
  if (kubeconfig !== undefined) return loadKubeConfig({ kubeconfig });
  return loadKubeConfig(doors ? { url: doors.kubernetes } : {});
}

/** Google with the credentials of this place, or a lab without any. */
async function accessTo(
  doors: LabDoors | null,
  secrets: KubernetesSecrets,
  signal: AbortSignal,
  log: Logger,
): Promise<{ cloudRun: Access; prometheus: MetricsAccess }> {
  if (doors) {
    return {
      cloudRun: { labOrigin: loopbackOrigin(doors.cloudRun) },
      prometheus: { labOrigin: loopbackOrigin(doors.prometheus) },
    };
  }
  const credentials = await googleCredentials({
    version: manifest.version,
    signal,
    onWaiting: (message, nextTryMs) => log.warn({ nextTryMs }, message),
  });
  return { cloudRun: { credentials }, prometheus: { credentials, secrets } };
}

async function labClock({ nowMs, wallMs, speed }: LabTime): Promise<Clock> {
  const { PacedClock } = await import('../lab/clock.ts');
  return new PacedClock(nowMs, speed, wallMs);
}

/** A second signal ends the process at once. */
function stopOnSignals(log: Logger): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      stop.abort(new Error('the operator is stopping'));
    });
  }
  return stop.signal;
}
