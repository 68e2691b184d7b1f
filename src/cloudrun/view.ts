/**
 * The client library's messages as the facts that decisions are made of. Pure, and forgiving of the library's moods: enums
 * come as names or numbers, 64-bit integers as text or objects, anything may be null.
 */
import type { protos } from '@google-cloud/run';
import type { Revision } from '../facts/revision.ts';
import type { Service, ServiceRef } from '../facts/service.ts';
import type { TrafficTarget } from '../facts/split.ts';
import { exemptAnnotation } from '../policy/api.ts';
import { settingsOf } from './settings.ts';

type ServiceMessage = protos.google.cloud.run.v2.IService;
type RevisionMessage = protos.google.cloud.run.v2.IRevision;
type ConditionMessage = protos.google.cloud.run.v2.ICondition;
type TargetMessage = protos.google.cloud.run.v2.ITrafficTarget;

export function serviceView(ref: ServiceRef, message: ServiceMessage): Service {
  return {
    ref,
    uid: message.uid ?? '',
    etag: message.etag ?? '',
    generation: Number(text(message.generation)),
    settled: isSettled(message),
    traffic: trafficView(message.traffic ?? []),
    latestCreated: shortName(message.latestCreatedRevision),
    latestReady: shortName(message.latestReadyRevision),
    latestServes: latestServes(message),
    scaling: isEnum(message.scaling?.scalingMode, 'MANUAL', 2)
      ? { mode: 'Manual', instances: message.scaling?.manualInstanceCount ?? 0 }
      : { mode: 'Automatic', maxInstances: message.scaling?.maxInstanceCount || null },
    lastModifier: message.lastModifier ?? '',
    ...exemptOf(message),
  };
}

/** An empty reason is none. */
function exemptOf({ annotations }: Pick<ServiceMessage, 'annotations'>): { readonly freezeExempt?: string } {
  const reason = annotations?.[exemptAnnotation];
  return reason ? { freezeExempt: reason } : {};
}

export function revisionView(message: RevisionMessage): Revision {
  const condition = message.conditions?.find(({ type }) => type === 'Ready');
  const ready = readiness(condition);
  const settings = settingsOf(message);
  return {
    name: shortName(message.name) ?? '',
    createdAtMs: Number(text(message.createTime?.seconds)) * 1000 + Math.floor((message.createTime?.nanos ?? 0) / 1e6),
    ready,
    message: ready === 'True' ? '' : (condition?.message ?? ''),
    ...(settings && { settings }),
    ...exemptOf(message),
  };
}

/** "projects/p/locations/r/services/s/revisions/api-00001" and "api-00001" are the same revision; '' is none. */
export function shortName(name: string | null | undefined): string | null {
  return name?.split('/').at(-1) || null;
}

/**
 * Cloud Run has finished with the last change, well or badly. A failed change counts as finished: the newest revision did not
 * become ready, the service goes on serving as before, and the generation that was observed may stay behind for ever. To
 * wait for success there would leave a service unguarded just because somebody's deploy failed.
 */
function isSettled(message: ServiceMessage): boolean {
  if (message.reconciling) return false;
  return (
    text(message.observedGeneration) === text(message.generation) ||
    isEnum(message.terminalCondition?.state, 'CONDITION_FAILED', 3)
  );
}

/** No traffic at all means everything to the latest ready revision, says the API; so it says here. */
function trafficView(targets: readonly TargetMessage[]): TrafficTarget[] {
  if (targets.length === 0) return [{ revision: null, percent: 100 }];
  return targets.map((target) => ({
    revision: isLatest(target) ? null : shortName(target.revision),
    percent: target.percent ?? 0,
    ...(target.tag ? { tag: target.tag } : {}),
  }));
}

/** What serves now is not what was asked for, as long as Cloud Run is at it. */
const latestServes = ({ trafficStatuses }: ServiceMessage): string | null =>
  shortName(trafficStatuses?.find(isLatest)?.revision);

const isLatest = ({ type }: TargetMessage): boolean => isEnum(type, 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', 1);

/** By its condition Ready alone, whatever the reason: without traffic it is retired, and its condition Active has failed. */
function readiness(condition: ConditionMessage | undefined): Revision['ready'] {
  if (isEnum(condition?.state, 'CONDITION_SUCCEEDED', 4)) return 'True';
  return isEnum(condition?.state, 'CONDITION_FAILED', 3) ? 'False' : 'Unknown';
}

const isEnum = (value: unknown, name: string, number: number): boolean => value === name || value === number;

/** A 64-bit integer as decimal text, whether it came as text, as a number or as a Long. */
const text = (value: unknown): string => String(value ?? 0);
