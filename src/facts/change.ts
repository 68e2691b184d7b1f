/** What can be written to a service: one masked request each. */
import type { Service } from './service.ts';
import { namedSplit, type Split, same, splitText, trafficText } from './split.ts';

export interface TrafficChange {
  readonly kind: 'Traffic';
  /** All of the traffic, by named revision. */
  readonly split: Split;
}

export type Change = TrafficChange;

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

export const changeKinds: ChangeKinds = { Traffic: traffic };

/** Every kind's answers are to its own changes; what is asked of a change is asked of its kind. */
export const kindOf = (kinds: ChangeKinds, { kind }: Change): ChangeKind<Change> => kinds[kind];
