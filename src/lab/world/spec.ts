/** What users ask of a service, and the record of their asking. */
import type { ServiceRef } from '../../facts/service.ts';
import type { Json, JsonObject } from './json.ts';
import { invalid, type Refusal } from './refusal.ts';
import type { Template } from './template.ts';
import type { TrafficTarget } from './traffic.ts';

/** Service-level scaling; 0 instances means not set, but for manual ones. */
export interface Scaling {
  readonly minInstances: number;
  readonly maxInstances: number;
  /** null: automatic. */
  readonly manualInstances: number | null;
}

/** What users can change of a service. */
export interface Spec {
  readonly template: Template;
  readonly traffic: readonly TrafficTarget[];
  readonly scaling: Scaling;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Everything else, as v2 JSON; the world does nothing with it. */
  readonly settings: JsonObject;
}

export interface Write {
  readonly by: string;
  /** The request as it came, for the record. */
  readonly body: Json;
  readonly atMs: number;
}

export interface WriteRecord extends Write {
  /** The parts of the spec that it changed, joined by commas: "traffic", "template", "scaling"; or "revision", deleted. */
  readonly kind: string;
}

/** A long-running operation. */
export interface Operation {
  readonly id: string;
  readonly service: ServiceRef;
  done: boolean;
  error: Refusal | null;
}

export function checkScaling({ minInstances, maxInstances, manualInstances }: Scaling): void {
  const counts = [minInstances, maxInstances, manualInstances ?? 0];
  if (counts.some((count) => !Number.isInteger(count) || count < 0)) {
    throw invalid('scaling: counts must be whole numbers, 0 or more');
  }
  if (maxInstances > 0 && minInstances > maxInstances) {
    throw invalid('scaling: minInstanceCount must not be above maxInstanceCount');
  }
}
