/** What can be written to a service: one masked request each. */
import { maxInstancesOf, type Service } from './service.ts';
import { namedSplit, type Split, same, splitText, trafficText } from './split.ts';

export interface TrafficChange {
  readonly kind: 'Traffic';
  /** All of the traffic, by named revision. */
  readonly split: Split;
}

/** The most instances that all revisions of the service share; it makes no revision. */
export interface ScalingChange {
  readonly kind: 'Scaling';
  readonly maxInstances: number;
}

/** A new revision that differs from the newest template in how it runs, never in its code. */
export interface TemplateChange {
  readonly kind: 'Template';
  /** The new revision's name. */
  readonly revision: string;
  /** The newest revision when it was decided, from whose template it is made. */
  readonly from: string;
  readonly set: TunedSettings;
}

/** What of a template is set; what is missing stays as it is. */
export interface TunedSettings {
  readonly concurrency?: number | undefined;
  readonly cpuTargetPercent?: number | undefined;
  readonly concurrencyTargetPercent?: number | undefined;
  readonly maxInstances?: number | undefined;
}

export type Change = TrafficChange | ScalingChange | TemplateChange;

/** The traffic that it sets; null: it sets none. */
export const splitSetBy = (change: Change): Split | null => (change.kind === 'Traffic' ? change.split : null);

/** What carrying a change out has to know of it. A new kind does not compile until it has all three answers. */
export interface ChangeKind<C extends Change> {
  /** Why the service is not any more what the change was decided on; null: what it touches is as it was seen. */
  stale(change: C, seen: Service, now: Service): string | null;
  /** It is in the service: after a write, after a crash, or because somebody did the same. */
  isIn(change: C, service: Service): boolean;
  /** "api-00001-aaa 95 %, api-00002-bbb 5 %" */
  text(change: C): string;
}

export type ChangeKinds = { readonly [K in Change['kind']]: ChangeKind<Extract<Change, { kind: K }>> };

const traffic: ChangeKind<TrafficChange> = {
  stale: (_, seen, now) =>
    trafficText(now.traffic) === trafficText(seen.traffic) ? null : 'its traffic was changed meanwhile',
  isIn({ split }, service) {
    const now = namedSplit(service.traffic);
    return now !== null && same(now, split);
  },
  text: ({ split }) => splitText(split),
};

const scaling: ChangeKind<ScalingChange> = {
  stale: (_, seen, now) =>
    maxInstancesOf(seen) === maxInstancesOf(now) && seen.scaling.mode === now.scaling.mode
      ? null
      : 'its scaling was changed meanwhile',
  isIn: ({ maxInstances }, service) => maxInstancesOf(service) === maxInstances,
  text: ({ maxInstances }) => `at most ${maxInstances} instances`,
};

const template: ChangeKind<TemplateChange> = {
  stale: ({ from }, seen, now) =>
    now.latestCreated === from && trafficText(now.traffic) === trafficText(seen.traffic)
      ? null
      : 'it was deployed or its traffic was changed meanwhile',
  isIn: ({ revision }, service) => service.latestCreated === revision,
  text: ({ revision, set }) => `${revision} with ${tunedText(set)}`,
};

/** "concurrency 20, concurrency target 48 %" */
export function tunedText({
  concurrency,
  cpuTargetPercent,
  concurrencyTargetPercent,
  maxInstances,
}: TunedSettings): string {
  const said = [
    concurrency !== undefined && `concurrency ${concurrency}`,
    cpuTargetPercent !== undefined && `CPU target ${cpuTargetPercent} %`,
    concurrencyTargetPercent !== undefined && `concurrency target ${concurrencyTargetPercent} %`,
    maxInstances !== undefined && `at most ${maxInstances} instances`,
  ];
  return said.filter(Boolean).join(', ');
}

export const changeKinds: ChangeKinds = { Traffic: traffic, Scaling: scaling, Template: template };

/** Every kind's answers are to its own changes; what is asked of a change is asked of its kind. */
export const kindOf = (kinds: ChangeKinds, { kind }: Change): ChangeKind<Change> => kinds[kind];
