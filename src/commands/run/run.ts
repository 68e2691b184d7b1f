/** `steadyrun run`: the operator. The only place that builds adapters. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { repertoire } from '../../decide/repertoire.ts';
import { loadKubeConfig, type PooledKubeConfig } from '../../kubernetes/http/client.ts';
import { lasting } from '../../kubernetes/http/retry.ts';
import { KubernetesSecrets } from '../../kubernetes/http/secrets.ts';
import { LeaderElection } from '../../kubernetes/leader/lease.ts';
import { KubernetesLease } from '../../kubernetes/leader/leases.ts';
import { monotonicClock } from '../../kubernetes/leader/monotonic.ts';
import { EventRecorder } from '../../kubernetes/policies/events.ts';
import { KubernetesPolicies } from '../../kubernetes/policies/policies.ts';
import { collectionPath, SloPolicies } from '../../kubernetes/policies/slopolicies.ts';
import { HttpListWatch } from '../../kubernetes/watch/listwatch.ts';
import { Reflector } from '../../kubernetes/watch/reflector.ts';
import { News } from '../../kubernetes/watch/relevant.ts';
import { Claims } from '../../loop/claims.ts';
import { Unreported } from '../../loop/unreported.ts';
import { manifest } from '../../manifest.ts';
import { storedPolicy } from '../../policy/parse.ts';
import { keyText, parseKey } from '../../policy/policy.ts';
import type { Clock, Fence } from '../../ports/clock.ts';
import { logging, Telling } from '../../report/listeners.ts';
import { logger } from '../../report/log.ts';
import { OperatorMetrics } from '../../report/metrics.ts';
import { serve } from '../../report/server.ts';
import { systemClock } from '../../system-clock.ts';
import { type LabDoors, type LabTime, labAt } from '../lab-address.ts';
import { type Part, run as runParts } from './engine.ts';
import { Google } from './google.ts';
import { Work } from './work.ts';

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
/** A reconcile that runs longer than this is stuck: its calls all have time-outs far below. */
const stuckMs = 5 * 60_000;
/** How long the end of the process waits for events to be told. */
const lastWordsMs = 1_000;

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
  const election = electionIn(config, options, lab !== null);
  const fence: Fence = election ?? { check: () => undefined };

  const news = new News();
  const claims = new Claims();
  const cache = new Reflector({
    source: new HttpListWatch(config, collectionPath(options.namespace)),
    onChange: (key) => {
      claims.changed(parseKey(key), policies.get(parseKey(key)));
      if (news.isNews(key, cache.get(key))) work.add(key);
    },
    clock: monotonicClock,
    random: Math.random,
  });
  const policies = new KubernetesPolicies({
    cache,
    api: new SloPolicies(config),
    events: new EventRecorder({
      config,
      instance: process.env.POD_NAME ?? hostname(),
      clock: monotonicClock,
      wallMs: () => clock.nowMs(),
      onFailure: (message) => log.warn({ problem: message }, 'an event was not told'),
      patience: lasting,
    }),
    parse: (raw) => storedPolicy(raw),
    clock,
    version: manifest.version,
    fence,
  });
  const metrics = new OperatorMetrics({ policies: () => policies.list(), queue: () => work.state() });
  const google = new Google({
    doors: lab?.doors ?? null,
    secrets: new KubernetesSecrets({ config, clock: monotonicClock }),
    clock,
    signal: stop,
    log,
    onCall: (method, code) => metrics.called(method, code),
  });
  const telling = new Telling(policies);
  const listeners = [logging(log), metrics.passed.bind(metrics), telling.listener];
  const unreported = new Unreported();
  const work = new Work({
    wiring: () => ({ clock, fence, policies, claims, repertoire, unreported, listeners, ...google.ports }),
    workers: options.workers,
    keys: () => policies.list().map(({ key }) => keyText(key)),
    hooks: {
      onReconciled: (key, seconds, error) => {
        metrics.reconciled(seconds, error);
        if (error !== undefined) log.warn({ policy: keyText(key), problem: messageOf(error) }, 'looking again soon');
      },
    },
  });
  const server = serverPart(metrics, cache, work, options, lab?.doors ?? null, log);
  const watching: Part = {
    name: 'policies',
    runs: 'Always',
    start: async () => cache.start(),
    close: () => cache.stop(),
  };
  // The last pass may have something to tell.
  const events: Part = {
    name: 'events',
    runs: 'Always',
    start: async () => undefined,
    close: () => Promise.race([telling.settled(), wait(lastWordsMs, undefined, { ref: false })]),
  };
  await runParts([server, watching, google, events, work], {
    election,
    stop,
    onTrouble: (part, error) => log.warn({ part, problem: messageOf(error) }, 'it did not end well'),
  });
  await config.close();
  log.info('stopped');
  return 0;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function kubeConfig({ kubeconfig }: RunOptions, doors: LabDoors | null): PooledKubeConfig {
  if (kubeconfig !== undefined) return loadKubeConfig({ kubeconfig });
  return loadKubeConfig(doors ? { url: doors.kubernetes } : {});
}

/** By default only inside a cluster, where there may be another. */
function electionIn(config: PooledKubeConfig, options: RunOptions, isLab: boolean): LeaderElection | null {
  const inCluster = process.env.KUBERNETES_SERVICE_HOST !== undefined && !isLab;
  if (!(options.leaderElect ?? inCluster)) return null;
  const namespace = options.namespace ?? process.env.POD_NAMESPACE ?? config.namespace();
  return new LeaderElection({
    store: new KubernetesLease(config, namespace, leaseName),
    identity: process.env.POD_NAME ?? `${hostname()}_${randomUUID()}`,
    clock: monotonicClock,
    wallMs: Date.now,
    random: Math.random,
  });
}

/** /metrics and the probes: up before anything else, so that whoever waits is told for what. */
function serverPart(
  metrics: OperatorMetrics,
  cache: Pick<Reflector<never>, 'state'>,
  work: Work,
  { metricsPort }: RunOptions,
  doors: LabDoors | null,
  log: Logger,
): Part {
  const health = {
    unready: () => (cache.state().synced ? null : (cache.state().problem ?? 'the policies have not been listed yet')),
    dead: () => (work.state().longestRunningMs > stuckMs ? 'a reconcile is stuck' : null),
  };
  let close: () => Promise<void> = async () => {};
  return {
    name: 'server',
    runs: 'Always',
    async start() {
      const address = { port: metricsPort ?? (doors ? 0 : 8080), ...(doors && { host: '127.0.0.1' }) };
      const server = await serve(metrics.registry, health, address);
      close = server.close;
      log.info({ version: manifest.version, metricsPort: server.port, ...(doors && { lab: doors.url }) }, 'started');
    },
    close: () => close(),
  };
}

async function labClock({ nowMs, wallMs, speed }: LabTime): Promise<Clock> {
  const { PacedClock } = await import('../../lab/clock.ts');
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
