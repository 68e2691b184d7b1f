/**
 * A second decision and a second kind of write, as they are added: a concern, a kind of change, a purpose and a section of
 * the status, in a file of their own. It keeps a service's maximum of instances at what is wanted, while the traffic is
 * steady, and remembers when it last did so.
 */
import { z } from 'zod';
import type { Concern, Memory } from '../../src/decide/concern.ts';
import type { Outcome } from '../../src/decide/outcome.ts';
import { type Repertoire, repertoire } from '../../src/decide/repertoire.ts';
import type { Change, ChangeKind } from '../../src/facts/change.ts';
import type { Purpose, PurposeFacts } from '../../src/facts/purpose.ts';
import type { Service } from '../../src/facts/service.ts';
import { iso } from '../../src/facts/time.ts';
import type { World } from '../../src/lab/world.ts';
import { Conflict } from '../../src/ports/errors.ts';
import type { Services } from '../../src/ports/services.ts';
import { remembered } from '../../src/status/fields.ts';
import type { Status } from '../../src/status/status.ts';
import { replacing } from '../scenarios/replacing.ts';
import type { StageOptions } from '../scenarios/stage.ts';

/** The change: one masked request, as every kind is. */
interface CeilingChange {
  readonly kind: 'Ceiling';
  readonly maxInstances: number;
}

const maxInstancesOf = ({ scaling }: Service): number | null =>
  scaling.mode === 'Automatic' ? scaling.maxInstances : null;

const ceilingKind: ChangeKind<Change> = {
  stale: (_, seen, now) => (maxInstancesOf(seen) === maxInstancesOf(now) ? null : 'its scaling was changed meanwhile'),
  isIn: (change, service) => maxInstancesOf(service) === asCeiling(change).maxInstances,
  text: (change) => `at most ${asCeiling(change).maxInstances} instances`,
};

const asCeiling = (change: Change): CeilingChange => change as unknown as CeilingChange;

/** Its purpose. */
const raise: PurposeFacts = {
  action: 'Raise',
  verb: 'raise the maximum of instances',
  order: 'IntentFirst',
  owed: false,
  told: 'Normal',
};

/** Its section of the status. */
const section = remembered({ at: z.string().max(40), times: z.number() });
type Ceiling = z.infer<typeof section>;
const known = (status: Status): Ceiling | undefined => (status as { readonly ceiling?: Ceiling }).ceiling;
const memory = (ceiling: Ceiling | undefined) => (ceiling ? { ceiling } : {}) as unknown as Memory<never>;

/** The concern: it sees every look, owns its section, proposes at most one write. */
const ceiling = (wanted: number): Concern<never> => ({
  sections: ['ceiling' as never],
  purposes: ['Raise'],
  isQuiet: () => true,
  isNews: (service) => maxInstancesOf(service) !== wanted,
  questions: () => ({}),
  judge({ service, known: status }, { traffic, write }) {
    const waits = traffic === 'Busy' || write || maxInstancesOf(service) === wanted;
    return { memory: memory(known(status)), proposal: waits ? null : raised(wanted) };
  },
  confirm: ({ known: status, nowMs }) => memory({ at: iso(nowMs), times: (known(status)?.times ?? 0) + 1 }),
});

const raised = (maxInstances: number): Outcome => ({
  reason: 'Steady',
  message: `The service may have ${maxInstances} instances.`,
  write: {
    purpose: 'Raise' as Purpose,
    change: { kind: 'Ceiling', maxInstances } satisfies CeilingChange as unknown as Change,
    needs: [],
  },
  lookInMs: 5_000,
});

const withCeiling = (wanted: number): Repertoire => ({
  concerns: [...repertoire.concerns, ceiling(wanted)],
  purposes: { ...repertoire.purposes, Raise: raise } as Repertoire['purposes'],
  changeKinds: { ...repertoire.changeKinds, Ceiling: ceilingKind } as Repertoire['changeKinds'],
});

/** Cloud Run, which takes this kind of change, too. */
const taking =
  (world: () => World) =>
  (real: Services): Services =>
    replacing(real, {
      async write(ref, change, seen) {
        if ((change as { readonly kind: string }).kind !== 'Ceiling') return real.write(ref, change, seen);
        const service = world().find(ref)!;
        const { maxInstances } = asCeiling(change);
        if (seen.etag !== service.etag) throw new Conflict('The service was changed meanwhile.');
        const wanted = { ...service.spec, scaling: { ...service.spec.scaling, maxInstances } };
        const body = { scaling: { maxInstanceCount: maxInstances } };
        service.update(wanted, seen.etag, { by: 'operator', body, atMs: world().nowMs });
      },
    });

/** A stage with all of it. */
export const ceilingStage = (wanted: number, world: () => World): StageOptions => ({
  repertoire: withCeiling(wanted),
  sections: { ceiling: section },
  services: taking(world),
});

/** How often it was raised, as the status remembers it. */
export const timesRaised = (status: Status): number => known(status)?.times ?? 0;
