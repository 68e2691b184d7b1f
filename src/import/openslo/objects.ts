/** The objects of an OpenSLO file by kind and name, as they refer to each other. */
import { strangerIn } from '../documents.ts';
import { metadataFields } from '../metadata.ts';
import { isGiven, type Reading, type Spot, within, without } from '../place.ts';
import { unknownIn } from '../read.ts';

const versions = ['openslo/v1', 'openslo/v1alpha', 'openslo.com/v2alpha', 'openslo.com/v2alpha1', 'openslo/v2alpha1'];
const kinds = ['SLO', 'SLI', 'DataSource', 'Service', 'AlertPolicy', 'AlertCondition', 'AlertNotificationTarget'];

export interface Objects {
  readonly slos: readonly Spot[];
  /** The object that is referred to, and remembers that it was. */
  find(kind: 'SLI' | 'DataSource', name: unknown): Spot | undefined;
  /** Those that nobody referred to. */
  unused(): readonly Spot[];
}

export function* objectsOf(all: readonly Spot[]): Reading<Objects> {
  const known: Spot[] = [];
  for (const object of all) {
    const [version, kind] = [within(object, 'apiVersion').value, within(object, 'kind').value];
    if (!versions.includes(String(version)) || !kinds.includes(String(kind))) {
      yield strangerIn(object, { source: 'openslo', kinds, begins: 'apiVersion: openslo/v1 and kind: SLO' });
      continue;
    }
    yield* unknownIn(object, ['apiVersion', 'kind', 'metadata', 'spec']);
    yield* unknownIn(within(object, 'metadata'), metadataFields);
    if (/^Alert/.test(String(kind))) yield* alertsIn(object);
    else if (kind === 'Service') yield* serviceIn(object);
    else known.push(object);
  }
  const used = new Set<Spot>();
  const of = (kind: string): Spot[] => known.filter((object) => within(object, 'kind').value === kind);
  return {
    slos: of('SLO'),
    find(kind, name) {
      const found = of(kind).find((object) => within(object, 'metadata', 'name').value === name);
      if (found) used.add(found);
      return found;
    },
    unused: () => [...of('SLI'), ...of('DataSource')].filter((object) => !used.has(object)),
  };
}

function* alertsIn(object: Spot): Reading<void> {
  const message = `an ${within(object, 'kind').value} cannot be carried over: a policy names no alerts, burn rates or receivers`;
  const hint = 'alerts come from steadyrun generate; who is told is up to what they are loaded into';
  yield without(object, message, hint);
}

/** Who is meant is told by its name, which the SLOs say; a policy has no words for the rest. */
function* serviceIn(object: Spot): Reading<void> {
  const said = [
    within(object, 'metadata', 'displayName'),
    within(object, 'metadata', 'labels'),
    within(object, 'metadata', 'annotations'),
    within(object, 'spec', 'description'),
  ].filter(isGiven);
  for (const spot of said) {
    yield without(spot, 'of a service cannot be carried over', 'write it into metadata.annotations of the policy');
  }
  yield* unknownIn(within(object, 'spec'), ['description']);
}
