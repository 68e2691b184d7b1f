/** The objects of a file, one by one, and what is said of those that are none of the source's. */
import type { YamlDocument } from '../policy/check/yaml.ts';
import { closest } from '../policy/suggest.ts';
import { type Loss, lost, type Spot, within, without } from './place.ts';
import { isMapping } from './read.ts';

/** kubectl prints several objects as a list of them, and some tools write a list without more. */
export function objectsIn(documents: readonly YamlDocument[]): Spot[] {
  return documents.flatMap((document) => {
    const whole: Spot = { document, path: [], value: document.value };
    const items = Array.isArray(whole.value) ? whole : within(whole, 'items');
    const isList = items === whole || (isMapping(whole.value) && /List$/.test(String(whole.value.kind)));
    if (!isList || !Array.isArray(items.value)) return [whole];
    return items.value.map((_, index) => within(items, index));
  });
}

interface Kinds {
  readonly source: string;
  /** Those that are read. */
  readonly kinds: readonly string[];
  /** How a file of it begins. */
  readonly begins: string;
}

const others = [
  { source: 'openslo', of: /^(openslo(\.com)?|n9)\// },
  { source: 'sloth', of: /^(sloth\.slok\.dev|prometheus)\// },
  { source: 'pyrra', of: /^pyrra\.dev\// },
];

/** An object that is none of this source's. What is of another kind altogether holds no SLO that could be lost. */
export function strangerIn(object: Spot, { source, kinds, begins }: Kinds): Loss {
  if (!isMapping(object.value)) return lost(object, 'holds no SLO', `begin with ${begins}`);
  const { apiVersion, version, kind } = object.value;
  const said = String(apiVersion ?? version ?? '');
  const other = others.find((one) => one.of.test(said));
  if (other && other.source !== source) {
    return lost(object, `is of ${other.source}: ${said}`, `run steadyrun import ${other.source} with this file`);
  }
  if (typeof kind !== 'string' || other) {
    const at = typeof kind === 'string' ? within(object, 'kind') : object;
    const what = typeof kind === 'string' ? `${said} ${kind}` : said === '' ? 'what this is' : said;
    return lost(at, `${what} is not known here`, `begin with ${begins}`);
  }
  const meant = closest(kind, kinds);
  if (meant)
    return lost(
      within(object, 'kind'),
      `there is no ${kind} of ${said || 'this, which names no apiVersion'}`,
      `begin with ${begins}`,
    );
  return without(
    within(object, 'kind'),
    `a ${kind} is no SLO`,
    'nothing has to be done: what it says stays where it is',
  );
}
