/**
 * `steadyrun run` and the lab that it is pointed at in one process, on one clock that is pushed: an hour of them takes
 * seconds. Policies, events and the log are what they always are, over HTTP where they always are. Three things stand in for
 * others: the clock, a list for standard error, and Cloud Run and its metrics without HTTP between.
 */
import { vi } from 'vitest';
import { run } from '../../src/commands/run/run.ts';
import type { VirtualClock } from '../../src/lab/clock.ts';
import { Lab } from '../../src/lab/lab.ts';
import { labPromql } from '../../src/lab/promql-client.ts';
import type { ServiceSeed } from '../../src/lab/seed.ts';
import { LabServices } from '../../src/lab/services.ts';
import type { Operator } from '../../src/loop/operator.ts';
import type { Policies } from '../../src/ports/policies.ts';
import { PromqlMetrics } from '../../src/prometheus/metrics.ts';

export interface Logged {
  readonly severity: string;
  readonly message: string;
  /** Namespace and name; absent where a line is about no policy. */
  readonly policy?: string;
  readonly reason?: string;
}

export interface OneProcess {
  readonly lab: Lab;
  readonly clock: VirtualClock;
  /** What the operator has written to standard error. */
  readonly log: readonly Logged[];
  /** Ends the operator and the lab; resolves to the operator's exit code. */
  end(): Promise<number>;
}

const parts = vi.hoisted(() => ({
  clock: undefined as VirtualClock | undefined,
  lab: undefined as Lab | undefined,
  policies: undefined as Policies | undefined,
  log: [] as Logged[],
  endOperator: () => {},
}));

vi.mock('../../src/lab/clock.ts', async (original) => {
  const real = await original<typeof import('../../src/lab/clock.ts')>();
  class Pushed extends real.VirtualClock {
    /** As it is told to those who read the clock over HTTP. */
    readonly speed = 1;
  }
  /** The lab's and the operator's are the same one. */
  function PacedClock(startMs: number): VirtualClock {
    parts.clock ??= new Pushed(startMs, (nowMs) => parts.lab!.world.advanceTo(nowMs));
    return parts.clock;
  }
  return { ...real, PacedClock };
});

vi.mock('../../src/report/log.ts', async (original) => {
  const real = await original<typeof import('../../src/report/log.ts')>();
  const list = { write: (line: string) => void parts.log.push(JSON.parse(line) as Logged) };
  return { ...real, logger: (level: string) => real.logger(level, list) };
});

vi.mock('../../src/loop/operator.ts', async (original) => {
  const real = await original<typeof import('../../src/loop/operator.ts')>();
  class Nearer extends real.Operator {
    constructor(...[world, ...rest]: ConstructorParameters<typeof Operator>) {
      parts.policies = world.policies;
      const policies = standing(world.policies);
      const services = new LabServices(parts.lab!.world);
      const metrics = new PromqlMetrics(labPromql(parts.lab!.world.store));
      super({ ...world, policies, services, metrics }, ...rest);
    }

    override run(workers: number): Promise<void> {
      const ended = new Promise<void>((resolve) => {
        parts.endOperator = resolve;
      });
      return Promise.race([super.run(workers), ended]);
    }
  }
  return { ...real, Operator: Nearer };
});

/** No time passes while the cluster answers. */
const standing = (policies: Policies): Policies => ({
  get: (key) => policies.get(key),
  writeStatus: (...written) => parts.clock!.standFor(policies.writeStatus(...written)),
  removeAnnotations: (...removed) => parts.clock!.standFor(policies.removeAnnotations(...removed)),
  event: (...told) => parts.clock!.standFor(policies.event(...told)),
});

/** Once a file. Each service has a policy of its name, which the operator has seen. */
export async function startInOneProcess(services: readonly ServiceSeed[], startMs: number): Promise<OneProcess> {
  // The lab begins at the wall's time, which what chance does in it must not hang on.
  vi.setSystemTime(startMs);
  const lab = await Lab.start({ seed: 1, speed: 1, services });
  vi.useRealTimers();
  parts.lab = lab;
  for (const service of services) lab.kubernetes.policies.put(policyOf(service));
  const ended = run({ lab: lab.description.url, workers: 2, logLevel: 'info' });
  const all = services.map(({ name }) => ({ namespace: 'default', name }));
  await vi.waitUntil(() => all.every((key) => parts.policies?.get(key) !== undefined), { timeout: 60_000 });
  const end = async () => {
    parts.endOperator();
    return ended.finally(() => lab.close());
  };
  return { lab, clock: parts.clock!, log: parts.log, end };
}

const policyOf = ({ project, region, name }: ServiceSeed) => ({
  apiVersion: 'steadyrun.dev/v1alpha1',
  kind: 'SLOPolicy',
  metadata: { name, namespace: 'default' },
  spec: {
    service: { project, region, name },
    objectives: [
      { name: 'availability', targetPercent: 99.9 },
      { name: 'latency', indicator: { latency: { percentile: 95, threshold: '300ms' } } },
    ],
  },
});
