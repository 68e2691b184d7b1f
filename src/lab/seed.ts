/** How a service is at first: what its seed says, as Cloud Run would have it. */
import type { ServiceRef } from '../facts/service.ts';
import type { LabNoise } from '../scenario/noise.ts';
import type { JsonObject } from './world/json.ts';
import { checkSpec } from './world/service.ts';
import type { Connections } from './world/serving.ts';
import type { Spec } from './world/spec.ts';
import type { Template } from './world/template.ts';
import type { TrafficTarget } from './world/traffic.ts';

export interface ServiceSeed extends ServiceRef {
  /** Requests a second. */
  readonly rps: number;
  /** Every fifth request opens a WebSocket. */
  readonly websockets?: boolean;
  /** Each request asks for a connection to one database, which has metrics of its own. */
  readonly database?: boolean | undefined;
  /** The first revision's environment: LAB_* variables and any others. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: LATEST at 100 %. */
  readonly traffic?: readonly TrafficTarget[];
  /** The first revision's resources; what is left out is as Cloud Run has it. */
  readonly template?: TemplateSeed | undefined;
  /** Of the service as a whole. */
  readonly scaling?: Pick<TemplateSeed, 'minInstances' | 'maxInstances'> | undefined;
  /** What all of its instances connect to: what exceeds the maximum fails. */
  readonly connections?: Connections | undefined;
  /** The most instances that Cloud Run lets it ask for. */
  readonly quota?: number | undefined;
  /** By a tag that every deployment moves, or by a digest. Default: a tag of each deployment's own. */
  readonly image?: string | undefined;
  /** Default: none, and an instance's latency is its revision's. */
  readonly noise?: LabNoise | undefined;
}

export interface TemplateSeed {
  readonly concurrency?: number | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly minInstances?: number | undefined;
  readonly maxInstances?: number | undefined;
  /** Of what an instance may have in flight, what the scaler keeps the average instance at. */
  readonly concurrencyTargetPercent?: number | undefined;
}

export const imageTagged = (version: number): string => `registry.example/app:v${version}`;

export function specOf(seed: ServiceSeed): Spec {
  const { minInstances = 0, maxInstances = 0 } = seed.scaling ?? {};
  return {
    template: templateOf(seed),
    traffic: seed.traffic ?? [],
    scaling: { minInstances, maxInstances, manualInstances: null },
    labels: {},
    annotations: {},
    settings: { ingress: 'INGRESS_TRAFFIC_ALL', launchStage: 'GA' },
  };
}

/** Throws INVALID_ARGUMENT where Cloud Run would not take it. */
export function checkSeed(seed: ServiceSeed): void {
  checkSpec(specOf(seed), seed.quota ?? null);
}

/** The first revision's. */
function templateOf({ env = {}, image = imageTagged(1), template = {} }: ServiceSeed): Template {
  const { concurrency, minInstances, maxInstances, concurrencyTargetPercent } = template;
  const scaling = {
    ...(minInstances !== undefined && minInstances > 0 && { minInstanceCount: minInstances }),
    ...(maxInstances !== undefined && { maxInstanceCount: maxInstances }),
    ...(concurrencyTargetPercent !== undefined && { concurrencyUtilization: concurrencyTargetPercent / 100 }),
  };
  return {
    containers: [containerOf(image, env, template)],
    ...(concurrency !== undefined && { maxInstanceRequestConcurrency: concurrency }),
    ...(Object.keys(scaling).length > 0 && { scaling }),
  };
}

export function containerOf(
  image: string,
  env: Readonly<Record<string, string>>,
  { cpu = '1', memory = '512Mi' }: TemplateSeed = {},
): JsonObject {
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  return { image, ...(variables.length > 0 && { env: variables }), resources: { limits: { cpu, memory } } };
}
