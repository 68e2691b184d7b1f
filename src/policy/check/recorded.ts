/** Counters that are named as recording rules are: what they hold may be a sum, and no counter any more. */
import { record } from '../../facts/json.ts';
import type { CounterSum } from '../../promql/counters/model.ts';
import { mayBeRecorded } from '../../promql/counters/names.ts';
import { readQuantile } from '../../promql/counters/quantile.ts';
import { readCounter, readRatio } from '../../promql/counters/ratio.ts';
import { QueryRefused } from '../../promql/counters/refusal.ts';
import { revisionLabelOf } from '../alone.ts';
import { type Path, type Problem, pathText, valueAt } from '../problems.ts';
import type { Finding, YamlDocument } from './yaml.ts';

type Names = (query: string, revisionLabel: string) => readonly string[];

const namesIn = (...sums: readonly CounterSum[]): string[] => sums.flat().map(({ counter }) => counter.name);

const ofCounter: Names = (query, revisionLabel) => namesIn(readCounter(query, { revisionLabel }));
const ofRatio: Names = (query, revisionLabel) => {
  const { bad, total } = readRatio(query, { revisionLabel });
  return namesIn(bad, total);
};

/** Whatever an objective may be asked by. */
const queries: readonly (readonly [kind: string, field: string, names: Names])[] = [
  ['latency', 'query', (query, revisionLabel) => [readQuantile(query, { revisionLabel }).counter.name]],
  ['ratio', 'query', ofRatio],
  ...['bad', 'good', 'total'].map((field) => ['ratio', field, ofCounter] as const),
  ...['bad', 'total'].map((field) => ['shared', field, ofCounter] as const),
];

/** A warning a query; where something else is wrong with it, that comes first. */
export function recordedSums({ value, position }: YamlDocument, problems: readonly Problem[]): Finding[] {
  const objectives = valueAt(value, ['spec', 'objectives']);
  const revisionLabel = revisionLabelOf(value);
  const told = new Set(problems.map(({ path }) => pathText(path)));
  return (Array.isArray(objectives) ? objectives : []).flatMap((objective: unknown, index) =>
    queries.flatMap(([kind, field, names]) => {
      const path: Path = ['spec', 'objectives', index, 'indicator', kind, field];
      const query = record(record(record(objective).indicator)[kind])[field];
      if (typeof query !== 'string' || told.has(pathText(path))) return [];
      const [name] = unlessRefused(() => names(query, revisionLabel)).filter(mayBeRecorded);
      if (name === undefined) return [];
      const message = `${name} is named as a recording rule is. A recorded sum of counters falls when an instance goes, and is judged as begun anew: all that is left is counted again.`;
      const hint = 'ask for the counters that the rule adds up, or leave it where the app itself exports that name';
      return [{ ...position(path, 'value'), path: pathText(path), message, hint }];
    }),
  );
}

function unlessRefused(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof QueryRefused) return [];
    throw error;
  }
}
