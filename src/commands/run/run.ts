/** `steadyrun run`: the operator. The only place that builds adapters. */
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { repertoire } from '../../decide/repertoire.ts';
import { Troubles } from '../../kubernetes/access/troubles.ts';
import type { PooledKubeConfig } from '../../kubernetes/http/client.ts';
import { lasting } from '../../kubernetes/http/retry.ts';
import { KubernetesSecrets } from '../../kubernetes/http/secrets.ts';
import { monotonicClock } from '../../kubernetes/leader/monotonic.ts';
import { EventRecorder } from '../../kubernetes/policies/events.ts';
import { KubernetesPolicies } from '../../kubernetes/policies/policies.ts';
import { collectionPath, SloPolicies } from '../../kubernetes/policies/slopolicies.ts';
import { KubernetesRules } from '../../kubernetes/rules/rules.ts';
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
import { type Health, serve } from '../../report/server.ts';
import { systemClock } from '../../system-clock.ts';
import { clusterOf } from '../cluster.ts';
import type { LabDoors, LabTime } from '../lab-address.ts';
import { electionIn, isToldOfTheCluster, messageOf } from './election.ts';
import { type Part, run as runParts } from './engine.ts';
import { Google } from './google.ts';
import { sayingHeld } from './held.ts';
import { KeptRules } from './kept.ts';
import { labMeant } from './lab-meant.ts';
import { stopOnSignals } from './stop.ts';
import { strayLines } from './stray.ts';
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

/** A reconcile that runs longer than this is stuck: its calls all have time-outs far below. */
const stuckMs = 5 * 60_000;
/** How long the end of the process waits for events to be told. */
const lastWordsMs = 500;

export async function run(options: RunOptions): Promise<number> {
  const log = logger(options.logLevel);
  using _ = strayLines(log);
  // Nothing here leaves a failure alone; if a library does, it is better to start anew than to go on half.
  for (const kind of ['unhandledRejection', 'uncaughtException'] as const) {
    process.once(kind, (error: unknown) => {
      log.fatal({ err: error }, 'a failure was left alone');
      process.exit(1);
    });
  }
  const stop = stopOnSignals(log);
  try {
    await operate(options, log, stop);
  } catch (error) {
    if (!stop.aborted || error !== stop.reason) throw error;
  }
  log.info('stopped');
  return 0;
}

async function operate(options: RunOptions, log: Logger, stop: AbortSignal): Promise<void> {
  const lab = await labMeant(options, stop, log);
  const clock = lab ? await labClock(lab.time) : systemClock;
  const config = clusterOf(options.kubeconfig, lab?.doors ?? null);
  const troubles = troublesOf(config, log, stop);
  const election = electionIn({
    config,
    namespace: options.namespace,
    wanted: options.leaderElect,
    isLab: lab !== null,
    stop,
    log,
    onNews: (news) => metrics.lease(news),
  });
  const fence: Fence = election?.leader ?? { check: () => undefined };

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
  const api = new SloPolicies(config);
  const policies = new KubernetesPolicies({
    cache,
    api,
    events: new EventRecorder({
      config,
      instance: process.env.POD_NAME ?? hostname(),
      clock: monotonicClock,
      wallMs: () => clock.nowMs(),
      onFailure: (message, error) =>
        log[isToldOfTheCluster(error) ? 'debug' : 'warn']({ problem: message }, 'an event was not told'),
      patience: lasting,
    }),
    parse: (raw) => storedPolicy(raw),
    clock,
    version: manifest.version,
    fence,
  });
  const metrics = new OperatorMetrics({
    policies: () => policies.list(),
    queue: () => work.state(),
    lease: () => election && { name: election.lease, ...election.leader.state() },
  });
  const sayHeld = sayingHeld(log, clock);
  const google = new Google({
    doors: lab?.doors ?? null,
    secrets: new KubernetesSecrets({ config, clock: monotonicClock }),
    clock,
    signal: stop,
    log,
    onCall: (method, code) => metrics.called(method, code),
    onHeld: (project) => {
      metrics.held(project);
      sayHeld(project);
    },
  });
  const rules = new KeptRules({
    objects: new KubernetesRules(config, options.namespace),
    policyNow: async (key) => {
      const raw = await api.get(key);
      return raw && storedPolicy(raw);
    },
    namespace: options.namespace,
    clock,
    fence,
    onNews: (key) => work.add(keyText(key)),
    log,
  });
  const telling = new Telling(policies);
  const listeners = [logging(log), metrics.passed.bind(metrics), telling.listener];
  const unreported = new Unreported();
  const work = new Work({
    wiring: () => ({
      ...{ clock, fence, policies, claims, repertoire, unreported, listeners, kept: rules.keeper },
      ...google.ports,
    }),
    workers: options.workers,
    keys: () => policies.list().map(({ key }) => keyText(key)),
    hooks: {
      onReconciled: (key, seconds, error) => {
        metrics.reconciled(seconds, error);
        // What is cut short because it is to end has not failed.
        if (error === undefined || stop.aborted) return;
        const line = { policy: keyText(key), problem: messageOf(error) };
        log[isToldOfTheCluster(error) ? 'debug' : 'warn'](line, 'looking again soon');
      },
    },
  });
  const health = {
    unready: () =>
      [unlisted(cache, troubles), google.problem()].filter((problem) => problem !== null).join('\n') || null,
    dead: () => (work.state().longestRunningMs > stuckMs ? 'a reconcile is stuck' : null),
  };
  const server = serverPart(metrics, health, options, lab?.doors ?? null, log);
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
  await runParts([server, watching, google, events, rules, work], {
    election: election?.leader ?? null,
    stop,
    onTrouble: (part, error) => log.warn({ part, problem: messageOf(error) }, 'it did not end well'),
  });
  await config.close();
}

/** What keeps the operator from its cluster; not that it hangs up at the end. */
function troublesOf(config: PooledKubeConfig, log: Logger, stop: AbortSignal): Troubles {
  const troubles = new Troubles({
    onBegin: (sentence, said) => log.error({ problem: said }, sentence),
    onEnd: (sentence) => log.info(sentence),
  });
  config.onAnswer = (call, error) => {
    if (!stop.aborted) troubles.answered(call, error);
  };
  return troubles;
}

function unlisted(cache: Pick<Reflector<never>, 'state'>, troubles: Troubles): string | null {
  const { synced, problem } = cache.state();
  return synced ? null : [...troubles.now(), problem ?? 'the policies have not been listed yet'].join('\n');
}

/** /metrics and the probes: up before anything else, so that whoever waits is told for what. */
function serverPart(
  metrics: OperatorMetrics,
  health: Health,
  { metricsPort }: RunOptions,
  doors: LabDoors | null,
  log: Logger,
): Part {
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
