/** What is said of a policy besides its problems: how its queries were understood, and what may not have been meant. */
import { connectionCeiling } from '../connections.ts';
import type { Objective, Policy } from '../policy.ts';
import { type Path, type Problem, pathText, valueAt } from '../problems.ts';
import type { Finding, YamlDocument } from './yaml.ts';

export type Note = Omit<Finding, 'hint'>;

export interface Placed extends Objective {
  /** Among all that are declared: some of those before it may only be watched. */
  readonly index: number;
}

export function placed({ objectives }: Policy, raw: unknown): Placed[] {
  const declared = valueAt(raw, ['spec', 'objectives']) as readonly { readonly name: string }[];
  return objectives.map((one) => ({ ...one, index: declared.findIndex(({ name }) => name === one.name) }));
}

const latencyPath = (index: number): Path => ['spec', 'objectives', index, 'indicator', 'latency'];

/** Without a server to ask for the boundaries, somebody has to say what they are in. */
export function unitDoubts(objectives: readonly Pick<Placed, 'indicator' | 'index'>[]): Problem[] {
  return objectives.flatMap(({ indicator, index }): Problem[] => {
    const histogram = indicator.kind === 'Latency' ? indicator.histogram : null;
    if (!histogram?.unitInDoubt || histogram.unitMs !== null) return [];
    const message = `nothing in the name of ${histogram.counter.name} tells what its boundaries are in`;
    const hint = 'add unit: Seconds or unit: Milliseconds beside the query';
    return [{ path: [...latencyPath(index), 'query'], kind: 'Query', message, hint }];
  });
}

export function notesOf(objectives: readonly Placed[], { position }: YamlDocument): Note[] {
  return objectives.flatMap(({ indicator, reading, index }): Note[] => {
    const noteAt = (path: Path, message: string): Note => ({
      ...position(path, 'value'),
      path: pathText(path),
      message,
    });
    const isNews = reading && (reading.direction === 'Turned' || reading.proof === 'Nothing' || reading.doubtful);
    if (isNews) {
      const field = reading.proof === 'Declared' ? (reading.direction === 'Good' ? 'good' : 'bad') : 'query';
      return [noteAt(['spec', 'objectives', index, 'indicator', 'ratio', field], reading.why)];
    }
    const histogram = indicator.kind === 'Latency' ? indicator.histogram : null;
    if (!histogram?.unitInDoubt) return [];
    const unit = histogram.unitMs === 1 ? 'milliseconds' : 'seconds';
    const message = `${histogram.counter.name} is taken to be in ${unit}, as such metrics usually are; its boundaries decide, and unit: settles it.`;
    return [noteAt([...latencyPath(index), 'query'], message)];
  });
}

/** What is allowed, and may not be what was meant. */
export function notesOfTuning({ tuning }: Policy, { position }: YamlDocument): Note[] {
  const { mode, connections, maxInstances } = tuning;
  const noteAt = (field: string, message: string): Note => {
    const path: Path = ['spec', 'tuning', ...field.split('.')];
    return { ...position(path, 'value'), path: pathText(path), message };
  };
  if (connections === null) {
    if (mode === 'Off' || mode === 'Recommend') return [];
    return [
      noteAt(
        'mode',
        'more instances open more connections, and nothing is said of what they connect to: write connections, with the limit of each database, so that it is never exceeded; connections: [] says that there is nothing.',
      ),
    ];
  }
  const ceiling = connectionCeiling(connections);
  const least = maxInstances?.min;
  if (ceiling === null || least === undefined || least <= ceiling) return [];
  const message = `the connections are enough for ${ceiling} instances, with something left free, and no maximum is set above that: maxInstances.min cannot be kept.`;
  return [noteAt('maxInstances.min', message)];
}
