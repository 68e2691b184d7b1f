/** A world of one service in which a canary serves half of the traffic for an hour, and is what its environment says. */
import { World } from '../../src/lab/world.ts';
import { minutes, startMs } from '../scenarios/stage.ts';

export const ref = { project: 'acme', region: 'europe-west1', name: 'api' } as const;
export const stable = 'api-00001-aaa';
export const endMs = startMs + minutes(60);

const trouble = { LAB_ERROR_PERCENT: '5', LAB_LATENCY_MS: '300/600/900', LAB_WEBSOCKET_DISCONNECT_PERCENT: '10' };

export interface TwoRevisions {
  readonly world: World;
  readonly canary: string;
}

export function twoRevisions(
  env: Readonly<Record<string, string>> = trouble,
  historyMs = minutes(8 * 60),
): TwoRevisions {
  const services = [{ ...ref, rps: 40, websockets: true }];
  const world = new World({ seed: 3, startMs, historyMs, services, platformDelayMs: 0 });
  const canary = world.deploy('api', { env });
  world.advanceTo(startMs + minutes(1));
  world.setTraffic('api', [
    { revision: stable, percent: 50 },
    { revision: canary, percent: 50 },
  ]);
  world.advanceTo(endMs);
  return { world, canary };
}
