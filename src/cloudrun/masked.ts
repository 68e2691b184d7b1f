/** What the generated client is asked to change: the masked fields and nothing else. Throws Refused for what is no such change. */
import type { protos } from '@google-cloud/run';
import type { ScalingChange, TrafficChange } from '../facts/change.ts';
import type { Service } from '../facts/service.ts';
import { tagsOf } from '../facts/split.ts';
import { Refused } from '../ports/errors.ts';
import { trafficTargets } from './traffic.ts';
import { inWords } from './words.ts';

export interface Masked {
  /** Follows "Could not". */
  readonly what: string;
  readonly paths: readonly string[];
  readonly fields: protos.google.cloud.run.v2.IService;
}

export function masked(change: TrafficChange | ScalingChange, seen: Service): Masked {
  const { ref, traffic, scaling } = seen;
  if (change.kind === 'Traffic') {
    const what = `set the traffic of ${inWords(ref)}`;
    return { what, paths: ['traffic'], fields: { traffic: trafficTargets(change.split, tagsOf(traffic)) } };
  }
  const { maxInstances } = change;
  const what = `set the most instances of ${inWords(ref)}`;
  const no = (why: string) => new Refused(`Refused to ${what}: ${why}.`);
  // Cloud Run takes nought for a maximum of its own.
  if (!Number.isInteger(maxInstances) || maxInstances < 1) throw no(`${maxInstances} is no such number`);
  if (scaling.mode === 'Manual') throw no('they are counted by hand');
  return { what, paths: ['scaling.max_instance_count'], fields: { scaling: { maxInstanceCount: maxInstances } } };
}
