/**
 * Any number of policies in one project for which nothing goes on. Their services are one service of the lab under as many
 * names: what is asked is the operator's own, and what is answered is the lab's, once for each service that a question names.
 */
import { decide } from '../../../src/decide/decide.ts';
import { questionsOf, repertoire } from '../../../src/decide/repertoire.ts';
import type { Service } from '../../../src/facts/service.ts';
import { iso } from '../../../src/facts/time.ts';
import { LabLogs } from '../../../src/lab/logs.ts';
import type { SeriesStore } from '../../../src/lab/series/store.ts';
import { LabServices } from '../../../src/lab/services.ts';
import { type Eyes, observe } from '../../../src/loop/observe.ts';
import { apiVersion, kind } from '../../../src/policy/api.ts';
import { storedPolicy } from '../../../src/policy/parse.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { PromqlMetrics } from '../../../src/prometheus/metrics.ts';
import type { PromqlClient } from '../../../src/prometheus/promql.ts';
import type { Status } from '../../../src/status/status.ts';
import { Stage } from '../../scenarios/stage.ts';
import { called, labsName, nameOf } from './names.ts';

/** Between two looks at a policy while nothing goes on. */
const everyMs = 30_000;
/** Dry runs are as far apart as they are after a while. */
const inspectedEveryMs = 6 * 3_600_000;

interface Member {
  readonly eyes: Eyes;
  readonly policy: Policy;
  known: Status;
}

export class IdleFleet {
  readonly #stage: Stage;
  readonly #members: readonly Member[];

  private constructor(stage: Stage, members: readonly Member[]) {
    this.#stage = stage;
    this.#members = members;
  }

  /** `asking`: the client through which it asks, made of the one that answers. */
  static async of(
    size: number,
    spec: Record<string, unknown>,
    seed: number,
    asking: (store: SeriesStore) => PromqlClient,
  ): Promise<IdleFleet> {
    const stage = new Stage({ seed, rps: 20, websockets: true, spec });
    stage.start();
    await stage.until((status) => status.phase === 'Steady' && status.inspection !== undefined, 5);
    await stage.run(30);
    stage.kill();
    const metrics = new PromqlMetrics(asking(stage.world.store));
    const members = Array.from({ length: size }, (_, i): Member => {
      const known = called(stage.status, labsName, nameOf(i));
      const at = iso(stage.clock.nowMs() - (i * inspectedEveryMs) / size);
      return {
        eyes: { ...eyesOf(stage, nameOf(i)), metrics },
        policy: policyOf(nameOf(i), spec),
        known: { ...known, inspection: { ...known.inspection!, at } },
      };
    });
    return new IdleFleet(stage, members);
  }

  async run(minutes: number): Promise<void> {
    for (let goneMs = 0; goneMs < minutes * 60_000; goneMs += everyMs) {
      await this.#stage.clock.advance(everyMs);
      for (const member of this.#members) await look(member, this.#stage.clock.nowMs());
    }
  }
}

/** Where nothing is asked, nothing comes of a look. */
async function look(member: Member, nowMs: number): Promise<void> {
  const { eyes, policy, known } = member;
  const service = (await eyes.services.glance(policy.service))!;
  const asked = questionsOf(repertoire, { policy, service, known, nowMs });
  if (!asked.inspect && !asked.saturation && !asked.budget && asked.counts.length === 0) return;
  const seen = await observe(eyes, policy, known, nowMs);
  member.known = decide(policy, seen, known, nowMs, repertoire).state;
}

function policyOf(name: string, spec: Record<string, unknown>): Policy {
  const metadata = { namespace: 'default', name, uid: name, generation: 1, creationTimestamp: '2026-01-05T08:00:00Z' };
  const service = { project: 'acme', region: 'europe-west1', name };
  const own = called({ service, ...spec }, labsName, name);
  const stored = storedPolicy({ apiVersion, kind, metadata, spec: own, status: {} });
  if (!stored.spec.ok) throw new Error(stored.spec.message);
  return stored.spec.policy;
}

function eyesOf(stage: Stage, name: string): Omit<Eyes, 'metrics'> {
  const services = underName(new LabServices(stage.world), name);
  let glanced: Service | null = null;
  const glance = async (...asked: Parameters<typeof services.glance>) => {
    // It is as it was: nothing goes on.
    glanced ??= await services.glance(...asked);
    return glanced;
  };
  return {
    repertoire,
    services: new Proxy(services, { get: (all, method) => (method === 'glance' ? glance : Reflect.get(all, method)) }),
    logs: underName(new LabLogs(stage.world), name),
  };
}

/** What is asked about the service by its name is asked about the lab's, and answered by its name. */
function underName<T extends object>(port: T, name: string): T {
  return new Proxy(port, {
    get:
      (real, method) =>
      async (...asked: unknown[]) => {
        const ask = Reflect.get(real, method) as (...questions: unknown[]) => Promise<unknown>;
        return called(await ask.apply(real, called(asked, name, labsName)), labsName, name);
      },
  });
}
